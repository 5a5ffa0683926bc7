{{/* Checks that a JSON schema cannot express. Each error names the value to change. */}}
{{- define "agno-session.validate" -}}
{{- $config := .Values.config }}
{{- $secrets := include "agno-session.secrets" . | fromJson }}
{{- if and $config.existingSecret $secrets }}
{{- fail "config.existingSecret replaces the chart's own Secret: put dsn, dsnMap, replicaMap and secretEnv into it, or leave it out" }}
{{- end }}
{{- if and $config.dsn $config.dsnMap }}
{{- fail "set config.dsn or config.dsnMap, not both" }}
{{- end }}
{{- if not (or $config.existingSecret (omit $secrets "AGNO_SESSION_REPLICA_MAP") .Values.extraEnv) }}
{{- fail "no database: set config.dsn, config.dsnMap or config.existingSecret" }}
{{- end }}
{{- if and (gt (len $config.dsnMap) 1) (not $config.defaultDbId) }}
{{- fail "several databases in config.dsnMap: say with config.defaultDbId which one serves requests without db_id" }}
{{- end }}
{{- if and $config.dsnMap $config.defaultDbId (not (hasKey $config.dsnMap $config.defaultDbId)) }}
{{- fail "config.defaultDbId must be one of config.dsnMap" }}
{{- end }}
{{- if eq (toString .Values.managementPort) (toString .Values.containerPort) }}
{{- fail "managementPort must differ from containerPort" }}
{{- end }}
{{- if and .Values.managementPort .Values.serviceMonitor.enabled .Values.networkPolicy.enabled (not .Values.networkPolicy.managementFrom) }}
{{- fail "networkPolicy.managementFrom must name Prometheus, which serviceMonitor lets scrape the management port" }}
{{- end }}
{{- if and .Values.gateway.enabled (not (regexMatch "^[A-Za-z0-9.-]+:[0-9]+$" .Values.gateway.agentos)) }}
{{- fail "gateway.agentos must be the host and port of AgentOS, such as agentos.agents.svc:7777" }}
{{- end }}
{{- $isPublic := or .Values.ingress.enabled .Values.httpRoute.enabled (ne .Values.service.type "ClusterIP") }}
{{- $authenticates := or (include "agno-session.authenticates" .) $config.existingSecret }}
{{- if and $isPublic (not $authenticates) (not $config.allowUnauthenticated) }}
{{- fail (printf "ingress, httpRoute and service.type expose the service, and every client could read and delete every session: set one of %s, or config.allowUnauthenticated" (include "agno-session.authVariables" .)) }}
{{- end }}
{{- $timeoutMs := $config.env.AGNO_REQUEST_TIMEOUT_MS | default 60000 | int64 }}
{{- $drainSeconds := add .Values.drainDelaySeconds (div (add $timeoutMs 999) 1000) }}
{{- if le (int64 .Values.terminationGracePeriodSeconds) $drainSeconds }}
{{- fail (printf "terminationGracePeriodSeconds must be more than %d: drainDelaySeconds and AGNO_REQUEST_TIMEOUT_MS together" $drainSeconds) }}
{{- end }}
{{- end }}
