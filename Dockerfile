FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends gcc g++ libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/pravila
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN python -m rules.matchers.compiling
ENV PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=core.settings
RUN useradd --system pravila && mkdir -p var && chown pravila var
USER pravila
EXPOSE 8000
