# Wallflower in a container: `docker compose up`, see "Install as a container" in docs/operations.md.
# Everything it keeps, the config included, is in the volume /var/lib/wallflower; the rest may be read-only.

FROM debian:trixie-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends python3-venv
RUN python3 -m venv /opt/build && python3 -m venv /opt/wallflower
COPY requirements.txt constraints.txt /src/
RUN /opt/wallflower/bin/pip install --no-cache-dir --require-hashes --requirement /src/requirements.txt
COPY . /src
RUN PIP_CONSTRAINT=/src/constraints.txt /opt/build/bin/pip wheel --no-cache-dir --no-deps --wheel-dir /dist /src
RUN /opt/wallflower/bin/pip install --no-cache-dir --no-deps /dist/wallflower-*.whl
RUN /opt/wallflower/bin/pip uninstall --yes pip

FROM debian:trixie-slim
RUN apt-get update && apt-get install --yes --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 8750 --user-group --home-dir /var/lib/wallflower --shell /usr/sbin/nologin wallflower
RUN install --directory --owner=wallflower --group=wallflower --mode=0700 /var/lib/wallflower
COPY --from=build /opt/wallflower /opt/wallflower
ENV PATH=/opt/wallflower/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 MALLOC_ARENA_MAX=2
USER wallflower
WORKDIR /var/lib/wallflower
VOLUME /var/lib/wallflower
EXPOSE 8750
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m \
    CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8750/healthz', timeout=8)"]
ENTRYPOINT ["wallflower"]
CMD ["run", "--host", "0.0.0.0", "--port", "8750"]
