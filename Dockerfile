# The web UI and the wheel
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements/bootstrap.txt requirements/web.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/bootstrap.txt -r requirements/web.txt
COPY web/package.json web/package-lock.json web/.npmrc web/
RUN cd web && npm ci --no-audit --no-fund
COPY web web
RUN mkdir -p servers/interlock_servers && cd web && npm run build
COPY pyproject.toml README.md ./
COPY graphs graphs
COPY handlers handlers
COPY platform platform
COPY servers servers
COPY alembic alembic
RUN hatchling build --target wheel --directory /dist

# What runs; bubblewrap holds the commands of the operator's file
FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends bubblewrap && rm -rf /var/lib/apt/lists/*
COPY requirements/runtime.txt /tmp/
RUN pip install --no-cache-dir --require-hashes -r /tmp/runtime.txt && rm /tmp/runtime.txt
COPY --from=build /dist/*.whl /tmp/
RUN pip install --no-cache-dir --no-deps /tmp/*.whl && rm /tmp/*.whl \
    && useradd --create-home interlock && install -d -o interlock -g interlock -m 700 /data
USER interlock
WORKDIR /home/interlock
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["interlock"]
CMD ["serve"]
