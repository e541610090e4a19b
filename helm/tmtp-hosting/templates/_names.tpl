{{/* Names and labels. */}}

{{- define "tmtp-hosting.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for what is appended: "-internal-authority" is the longest. */}}
{{- define "tmtp-hosting.fullname" -}}
{{- $name := include "tmtp-hosting.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 43 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels that select a component's pods: never change them, a Deployment's selector is for ever.
     Takes root and component. */}}
{{- define "tmtp-hosting.selector" -}}
app.kubernetes.io/name: {{ include "tmtp-hosting.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "tmtp-hosting.labels" -}}
{{ include "tmtp-hosting.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "tmtp-hosting.image" -}}
{{- $image := .Values.image -}}
{{- $repository := required "image.repository is missing: where is your image?" $image.repository -}}
{{- if $image.digest -}}
{{ $repository }}@{{ $image.digest }}
{{- else -}}
{{ $repository }}:{{ $image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "tmtp-hosting.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "tmtp-hosting.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{/* Where edges find delivery. */}}
{{- define "tmtp-hosting.deliveryHost" -}}
{{ include "tmtp-hosting.fullname" . }}-delivery.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}
{{- end -}}

{{- define "tmtp-hosting.edgeHost" -}}
{{ include "tmtp-hosting.fullname" . }}-edge.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}
{{- end -}}

{{/* The name in delivery's certificate. */}}
{{- define "tmtp-hosting.deliveryServerName" -}}
{{ .Values.internalTls.serverName | default (printf "%s-delivery" (include "tmtp-hosting.fullname" .)) }}
{{- end -}}

{{/* Takes root and component (edge or delivery). */}}
{{- define "tmtp-hosting.internalTlsSecret" -}}
{{- $tls := .root.Values.internalTls -}}
{{- if eq $tls.mode "existingSecret" -}}
{{ required (printf "internalTls.existingSecret.%s is missing" .component) (get $tls.existingSecret .component) }}
{{- else -}}
{{ include "tmtp-hosting.fullname" .root }}-{{ .component }}-internal
{{- end -}}
{{- end -}}

{{/* Secret of one host's certificate: takes root and certificate. */}}
{{- define "tmtp-hosting.certificateSecret" -}}
{{- if .certificate.certManager -}}
{{ include "tmtp-hosting.fullname" .root }}-edge-{{ .certificate.host | lower | replace "_." "wildcard." | replace "." "-" | trunc 150 | trimSuffix "-" }}
{{- else -}}
{{ required (printf "edge.certificates: %s needs existingSecret or certManager" .certificate.host) .certificate.existingSecret }}
{{- end -}}
{{- end -}}
