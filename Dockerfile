# The image contains Node with its shared libraries, the production packages and the service: no shell, no package manager.
# The base must have Node, npm, bash and ldd. docs/deployment.md describes how to pin it.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# hadolint ignore=DL3006
FROM ${NODE_IMAGE} AS packages
WORKDIR /service
# A fixed mode: that of the checkout depends on the umask, and the image is reproducible.
COPY --chmod=644 package.json package-lock.json .npmrc ./
# --omit=optional: else npm keeps development packages that are also optional peers. Types, source maps and Markdown are
# not needed at run time.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.md' \) -delete

# hadolint ignore=DL3006
FROM ${NODE_IMAGE} AS build
WORKDIR /service
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit
COPY nest-cli.json tsconfig.json rolldown.config.js ./
COPY apps apps
COPY libs libs
COPY scripts/compress-files.ts scripts/
RUN npm run build

# hadolint ignore=DL3006
FROM ${NODE_IMAGE} AS node
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /root-of-image
RUN mkdir -p etc usr/local/bin \
 && cp --dereference "$(command -v node)" usr/local/bin/node \
 && ldd usr/local/bin/node | grep -o '/[^ ]*' | xargs cp --dereference --parents --target-directory=. \
 && echo 'hosts: files dns' >etc/nsswitch.conf \
 && echo 'service:x:65532:65532::/service:/' >etc/passwd \
 && echo 'service:x:65532:' >etc/group

FROM scratch
ARG NODE_IMAGE
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="agno-session-service" \
      org.opencontainers.image.description="The /sessions API of AgentOS over the same PostgreSQL tables" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${NODE_IMAGE}"
ENV NODE_ENV=production PATH=/usr/local/bin AGNO_SERVICE_HOST=0.0.0.0
WORKDIR /service
COPY --from=node /root-of-image /
COPY --from=packages /service/package.json ./
COPY --from=packages /service/node_modules node_modules
COPY --from=build /service/dist dist
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.AGNO_MANAGEMENT_PORT || process.env.AGNO_SERVICE_PORT || 8080}/healthz`).then((response) => process.exit(response.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node"]
CMD ["dist/service/main.js"]
