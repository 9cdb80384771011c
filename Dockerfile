# The image of every door: migrations, worker, api, flows, and the Prefect server.
FROM node:22-slim AS console
COPY web /build/web
COPY api/words /build/api/words
COPY proof/words.*.json /build/proof/
COPY channels/templates /build/channels/templates
COPY bpmn/diagrams /build/bpmn/diagrams
WORKDIR /build/web
# Only what the lock names, and none of its scripts is run.
RUN npm ci --ignore-scripts --no-audit --no-fund && node node_modules/vite/bin/vite.js build

FROM python:3.12-slim AS packages
COPY requirements/server.txt /requirements.txt
# Only what the lock names, each file checked by its hash; the embedded servers are not in it.
RUN python -m venv /opt/bihuan/venv \
 && /opt/bihuan/venv/bin/pip install --no-cache-dir --require-hashes -r /requirements.txt \
 && /opt/bihuan/venv/bin/pip uninstall --yes pip

FROM python:3.12-slim
RUN python -m pip uninstall --yes --root-user-action ignore pip \
 && groupadd --gid 10001 bihuan \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin bihuan \
 && install -d -o bihuan -g bihuan -m 0700 /var/lib/bihuan/attachments /var/lib/bihuan/archive /var/lib/bihuan/keys \
    /var/lib/bihuan/manifests
COPY --from=packages /opt/bihuan/venv /opt/bihuan/venv
# What comes along is said in .dockerignore.
COPY . /opt/bihuan/app
COPY --from=console /build/web/dist /opt/bihuan/app/web/dist
# Nothing can be written later.
RUN python -m compileall -q /opt/bihuan/app
WORKDIR /opt/bihuan/app
ENV PATH=/opt/bihuan/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1 \
    DO_NOT_TRACK=1 \
    BIHUAN_SECRETS_DIR=/run/secrets
USER 10001:10001
EXPOSE 8080
CMD ["python", "-m", "api"]
