"""The matchers: one contract and what fulfils it."""
