{{- define "agno-session.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "agno-session.fullname" -}}
{{- $name := include "agno-session.name" . }}
{{- $release := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) }}
{{- .Values.fullnameOverride | default $release | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "agno-session.selectorLabels" -}}
app.kubernetes.io/name: {{ include "agno-session.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: service
{{- end }}

{{- define "agno-session.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: agentos
{{ include "agno-session.selectorLabels" . }}
{{- end }}

{{- define "agno-session.gatewayName" -}}
{{- include "agno-session.fullname" . }}-gateway
{{- end }}

{{- define "agno-session.gatewaySelectorLabels" -}}
{{- set (include "agno-session.selectorLabels" . | fromYaml) "app.kubernetes.io/component" "gateway" | toYaml }}
{{- end }}

{{- define "agno-session.gatewayLabels" -}}
{{- set (include "agno-session.labels" . | fromYaml) "app.kubernetes.io/component" "gateway" | toYaml }}
{{- end }}

{{/* What an Ingress or HTTPRoute with this path prefix serves: the gateway serves every path. */}}
{{- define "agno-session.publicPath" -}}
{{- if (index . 0).Values.gateway.enabled }}/{{ else }}{{ index . 1 }}{{ end }}
{{- end }}

{{/* The path prefixes of an Ingress or HTTPRoute with this one, as a JSON list: usage and the explorer are not below it. */}}
{{- define "agno-session.publicPaths" -}}
{{- $path := include "agno-session.publicPath" . }}
{{- $paths := list $path }}
{{- if ne $path "/" }}
{{- $paths = append $paths "/usage" }}
{{- if (index . 0).Values.explorer.enabled }}{{ $paths = append $paths "/explorer" }}{{ end }}
{{- end }}
{{- toRawJson $paths }}
{{- end }}

{{- define "agno-session.publicName" -}}
{{- if .Values.gateway.enabled }}{{ include "agno-session.gatewayName" . }}{{ else }}{{ include "agno-session.fullname" . }}{{ end }}
{{- end }}

{{- define "agno-session.serviceAccountName" -}}
{{- $own := .Values.serviceAccount.create | ternary (include "agno-session.fullname" .) "default" }}
{{- .Values.serviceAccount.name | default $own }}
{{- end }}

{{- define "agno-session.image" -}}
{{- with .Values.image }}
{{- .repository }}{{ with .digest }}@{{ . }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* The secret variables of the values, as a JSON object of name → string. */}}
{{- define "agno-session.secrets" -}}
{{- $secrets := deepCopy .Values.config.secretEnv }}
{{- with .Values.config.dsn }}{{ $_ := set $secrets "AGNO_PG_DSN" . }}{{ end }}
{{- with .Values.config.dsnMap }}{{ $_ := set $secrets "AGNO_SESSION_DSN_MAP" (toRawJson .) }}{{ end }}
{{- with .Values.config.replicaMap }}{{ $_ := set $secrets "AGNO_SESSION_REPLICA_MAP" (toRawJson .) }}{{ end }}
{{- toRawJson $secrets }}
{{- end }}

{{- define "agno-session.secretName" -}}
{{- .Values.config.existingSecret | default (include "agno-session.fullname" .) }}
{{- end }}

{{/* The named port of probes and metrics. */}}
{{- define "agno-session.managementPort" -}}
{{- if .Values.managementPort }}management{{ else }}http{{ end }}
{{- end }}

{{/* Labels of the Service with that port. */}}
{{- define "agno-session.scrapedLabels" -}}
{{- $labels := include "agno-session.selectorLabels" . | fromYaml }}
{{- if .Values.managementPort }}{{ $_ := set $labels "app.kubernetes.io/component" "management" }}{{ end }}
{{- toYaml $labels }}
{{- end }}

{{/* A probe; an `httpGet` without a port gets the port of probes. */}}
{{- define "agno-session.probe" -}}
{{- $probe := deepCopy (index . 1) }}
{{- with $probe.httpGet }}
{{- $_ := set . "port" (.port | default (include "agno-session.managementPort" (index $ 0))) }}
{{- end }}
{{- toYaml $probe }}
{{- end }}

{{- define "agno-session.authVariables" -}}
OS_SECURITY_KEY, JWT_VERIFICATION_KEY, JWT_JWKS_FILE, JWT_JWKS_URL
{{- end }}

{{/* "yes" if the values set one of these variables. Those of an existing Secret are unknown. */}}
{{- define "agno-session.authenticates" -}}
{{- $given := merge (include "agno-session.secrets" . | fromJson) .Values.config.env }}
{{- range .Values.extraEnv }}{{ $_ := set $given .name true }}{{ end }}
{{- range splitList ", " (include "agno-session.authVariables" .) }}{{ if get $given . }}yes{{ end }}{{ end }}
{{- end }}

{{/* A variable's value as a quoted string. Through JSON, because Helm prints the number 16777216 as 1.6777216e+07. */}}
{{- define "agno-session.text" -}}
{{- kindIs "string" . | ternary . (toRawJson .) | toRawJson }}
{{- end }}
