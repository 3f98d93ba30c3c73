"""An index of the room's models."""

from state_machines.addresses import Address
from state_machines.consents import Consent
from state_machines.credit import CreditEntry
from state_machines.customers import Customer
from state_machines.domain_operations import DomainOperation
from state_machines.domains import Domain
from state_machines.efactura_documents import EfacturaDocument, EfacturaXml
from state_machines.invoice_lines import InvoiceLine
from state_machines.invoice_series import InvoiceSeries
from state_machines.invoices import Invoice
from state_machines.memberships import Membership
from state_machines.notes import Note
from state_machines.order_items import OrderItem
from state_machines.orders import Order
from state_machines.payment_methods import PaymentMethod
from state_machines.payment_retries import PaymentRetry
from state_machines.payments import Payment
from state_machines.plans import Plan
from state_machines.products import Product, ProductPrice
from state_machines.profiles import BillingProfile, TaxProfile
from state_machines.proformas import Proforma
from state_machines.provisioning_tasks import ProvisioningTask
from state_machines.refunds import Refund
from state_machines.retry_policies import RetryPolicy
from state_machines.sellers import Seller
from state_machines.servers import Server
from state_machines.service_groups import ServiceGroup
from state_machines.service_relationships import ServiceRelationship
from state_machines.services import Service
from state_machines.subscriptions import Subscription
from state_machines.tax_rates import TaxRate
from state_machines.ticket_categories import TicketCategory
from state_machines.ticket_comments import TicketComment
from state_machines.tickets import Ticket
from state_machines.tlds import Registrar, Tld
from state_machines.topups import TopUp
from state_machines.vat_validations import VatValidation
from state_machines.wallets import Wallet, WalletEntry
from state_machines.webhook_endpoints import WebhookEndpoint
from state_machines.webhook_sources import WebhookSource
from state_machines.webhooks import InvalidWebhook, Webhook, WebhookBody
from state_machines.worklogs import Worklog

__all__ = [
    "Address",
    "BillingProfile",
    "Consent",
    "CreditEntry",
    "Customer",
    "Domain",
    "DomainOperation",
    "EfacturaDocument",
    "EfacturaXml",
    "InvalidWebhook",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "Membership",
    "Note",
    "Order",
    "OrderItem",
    "Payment",
    "PaymentMethod",
    "PaymentRetry",
    "Plan",
    "Product",
    "ProductPrice",
    "Proforma",
    "ProvisioningTask",
    "Refund",
    "Registrar",
    "RetryPolicy",
    "Seller",
    "Server",
    "Service",
    "ServiceGroup",
    "ServiceRelationship",
    "Subscription",
    "TaxProfile",
    "TaxRate",
    "Ticket",
    "TicketCategory",
    "TicketComment",
    "Tld",
    "TopUp",
    "VatValidation",
    "Wallet",
    "WalletEntry",
    "Webhook",
    "WebhookBody",
    "WebhookEndpoint",
    "WebhookSource",
    "Worklog",
]
