# One image for web, worker, dispatcher, beat and (with SANDBOX=1 at build time) the sandbox.
FROM python:3.11-slim AS build
ARG SANDBOX=0
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements/ requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/run.lock \
 && if [ "$SANDBOX" = 1 ]; then pip install --no-cache-dir --require-hashes -r requirements/sandbox.lock; fi

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 frontdesk \
 && mkdir -p -m 700 /data && mkdir -p /app/static-files && chown frontdesk /data /app/static-files
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data STATIC_ROOT=/app/static-files
WORKDIR /app
COPY --chown=frontdesk . .
USER frontdesk
RUN DATA_DIR=/tmp/build python manage.py collectstatic --no-input && rm -rf /tmp/build
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--no-ws", "core.wsgi:application"]
