{{/* What pods have in common. */}}

{{- define "tmtp-hosting.podSecurityContext" -}}
runAsNonRoot: true
{{- with .Values.securityContext.runAsUser }}
runAsUser: {{ int64 . }}
{{- end }}
{{- with .Values.securityContext.runAsGroup }}
runAsGroup: {{ int64 . }}
{{- end }}
{{- with .Values.securityContext.fsGroup }}
fsGroup: {{ int64 . }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "tmtp-hosting.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* The database, from its secret. */}}
{{- define "tmtp-hosting.databaseEnv" -}}
- name: TMTPD_STORE__URL
  valueFrom:
    secretKeyRef:
      name: {{ required "database.existingSecret is missing: a secret with the database's URL" .Values.database.existingSecret }}
      key: {{ .Values.database.urlKey }}
{{- range .Values.database.shards }}
- name: TMTPD_SHARDS__{{ upper .name }}__URL
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .urlKey | default "url" }}
{{- end }}
- name: PGSSLMODE
  value: {{ .Values.database.sslMode }}
{{- if include "tmtp-hosting.hasCa" .Values.database.ca }}
- name: PGSSLROOTCERT
  value: /etc/tmtp/database-ca/ca.crt
{{- end }}
{{- end -}}

{{- define "tmtp-hosting.redisEnv" -}}
{{- $secret := required "redis.existingSecret is missing: a secret with Redis's URLs" .Values.redis.existingSecret -}}
- name: TMTPD_BUS__URLS
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ .Values.redis.urlsKey }}
{{- range $setting, $key := dict "TMTPD_BUS__USERNAME" .Values.redis.usernameKey "TMTPD_BUS__PASSWORD" .Values.redis.passwordKey }}
{{- if $key }}
- name: {{ $setting }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ $key }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "tmtp-hosting.bodiesEnv" -}}
{{- $s3 := .Values.bodies.s3 -}}
{{- if and (eq .Values.bodies.kind "s3") $s3.existingSecret -}}
- name: TMTPD_BODIES__S3__ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ $s3.existingSecret }}
      key: {{ $s3.accessKeyIdKey }}
- name: TMTPD_BODIES__S3__SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ $s3.existingSecret }}
      key: {{ $s3.secretAccessKeyKey }}
{{- end -}}
{{- end -}}

{{/* Takes name and ca. */}}
{{- define "tmtp-hosting.caVolume" -}}
{{- if include "tmtp-hosting.hasCa" .ca -}}
- name: {{ .name }}
  {{- if .ca.existingSecret }}
  secret:
    secretName: {{ .ca.existingSecret }}
  {{- else }}
  configMap:
    name: {{ .ca.existingConfigMap }}
  {{- end }}
    items:
      - key: {{ .ca.key }}
        path: ca.crt
{{- end -}}
{{- end -}}

{{- define "tmtp-hosting.caMount" -}}
{{- if include "tmtp-hosting.hasCa" .ca -}}
- name: {{ .name }}
  mountPath: /etc/tmtp/{{ .name }}
  readOnly: true
{{- end -}}
{{- end -}}

{{/* Environment of a role: takes root and component. */}}
{{- define "tmtp-hosting.env" -}}
- name: TMTPD_CONFIG
  value: /etc/tmtp/config/tmtpd.toml
{{- if ne .component "backup" }}
{{ include "tmtp-hosting.redisEnv" .root }}
{{- end }}
{{- if ne .component "edge" }}
{{ include "tmtp-hosting.databaseEnv" .root }}
{{- end }}
{{- if has .component (list "delivery" "backup") }}
{{ include "tmtp-hosting.bodiesEnv" .root }}
{{- end }}
{{- if and (eq .component "control") .root.Values.control.operatorKey.existingSecret }}
- name: TMTPD_CONTROL__OPERATOR_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .root.Values.control.operatorKey.existingSecret }}
      key: {{ .root.Values.control.operatorKey.key }}
{{- end }}
{{- if and (eq .component "control") .root.Values.control.mail.existingSecret }}
- name: TMTPD_CONTROL__MAIL__PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .root.Values.control.mail.existingSecret }}
      key: {{ .root.Values.control.mail.passwordKey }}
{{- end }}
{{- with (get .root.Values .component).extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "tmtp-hosting.mounts" -}}
{{- $values := .root.Values -}}
- name: config
  mountPath: /etc/tmtp/config
  readOnly: true
{{- if ne .component "backup" }}
{{ include "tmtp-hosting.caMount" (dict "name" "redis-ca" "ca" $values.redis.ca) }}
{{- end }}
{{- if ne .component "edge" }}
{{ include "tmtp-hosting.caMount" (dict "name" "database-ca" "ca" $values.database.ca) }}
{{- end }}
{{- if and (has .component (list "edge" "delivery")) (ne $values.internalTls.mode "none") }}
- name: internal
  mountPath: /etc/tmtp/internal
  readOnly: true
{{- end }}
{{- if eq .component "edge" }}
- name: certificates
  mountPath: /etc/tmtp/certificates
  readOnly: true
{{- end }}
{{- if and (has .component (list "delivery" "backup")) (eq $values.bodies.kind "directory") }}
- name: bodies
  mountPath: /var/lib/tmtp/bodies
{{- end }}
{{- with (get $values .component).extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "tmtp-hosting.volumes" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
- name: config
  configMap:
    name: {{ include "tmtp-hosting.fullname" $root }}-{{ .component }}
{{- if ne .component "backup" }}
{{ include "tmtp-hosting.caVolume" (dict "name" "redis-ca" "ca" $values.redis.ca) }}
{{- end }}
{{- if ne .component "edge" }}
{{ include "tmtp-hosting.caVolume" (dict "name" "database-ca" "ca" $values.database.ca) }}
{{- end }}
{{- if and (has .component (list "edge" "delivery")) (ne $values.internalTls.mode "none") }}
- name: internal
  secret:
    secretName: {{ include "tmtp-hosting.internalTlsSecret" . }}
    defaultMode: 0440
{{- end }}
{{- if eq .component "edge" }}
{{ include "tmtp-hosting.certificatesVolume" $root }}
{{- end }}
{{- if and (has .component (list "delivery" "backup")) (eq $values.bodies.kind "directory") }}
- name: bodies
  persistentVolumeClaim:
    claimName: {{ required "bodies.directory.existingClaim is missing" $values.bodies.directory.existingClaim }}
{{- end }}
{{- with (get $values .component).extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* HOST.pem and HOST.key from each certificate's secret; without one called `default`, the first serves the rest. */}}
{{- define "tmtp-hosting.certificatesVolume" -}}
{{- $root := . -}}
{{- $certificates := .Values.edge.certificates -}}
{{- if not $certificates -}}
{{- fail "edge.certificates is empty: which host shall clients reach, and where is its certificate?" -}}
{{- end -}}
{{- $hosts := list -}}
- name: certificates
  projected:
    defaultMode: 0440
    sources:
      {{- range $certificate := $certificates }}
      {{- if has (lower .host) $hosts -}}
      {{- fail (printf "edge.certificates names %s twice" .host) -}}
      {{- end }}
      {{- $hosts = append $hosts (lower .host) }}
      {{- include "tmtp-hosting.certificateSource" (dict "root" $root "certificate" . "name" (lower .host)) | nindent 6 }}
      {{- end }}
      {{- if not (has "default" $hosts) }}
      {{- include "tmtp-hosting.certificateSource" (dict "root" $root "certificate" (first $certificates) "name" "default") | nindent 6 }}
      {{- end }}
{{- end -}}

{{- define "tmtp-hosting.certificateSource" -}}
- secret:
    name: {{ include "tmtp-hosting.certificateSecret" . }}
    items:
      - key: tls.crt
        path: {{ .name }}.pem
      - key: tls.key
        path: {{ .name }}.key
{{- end -}}

{{- define "tmtp-hosting.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: http }
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /readyz, port: http }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{/* Where pods go: takes root and component. */}}
{{- define "tmtp-hosting.placement" -}}
{{- $role := get .root.Values .component -}}
{{- with $role.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $role.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $role.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $role.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- if kindIs "slice" $role.topologySpreadConstraints }}
{{- with $role.topologySpreadConstraints }}
topologySpreadConstraints: {{- toYaml . | nindent 2 }}
{{- end }}
{{- else }}
topologySpreadConstraints:
  {{- $dot := . }}
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels: {{- include "tmtp-hosting.selector" $dot | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* The pod of a role: takes root and component, and grace in seconds. */}}
{{- define "tmtp-hosting.pod" -}}
{{- $root := .root -}}
{{- $role := get $root.Values .component -}}
metadata:
  labels:
    {{- include "tmtp-hosting.labels" . | nindent 4 }}
    {{- with $role.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/settings: {{ include "tmtp-hosting.settings" . | sha256sum }}
    {{- with $role.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "tmtp-hosting.serviceAccountName" $root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  terminationGracePeriodSeconds: {{ .grace }}
  securityContext: {{- include "tmtp-hosting.podSecurityContext" $root | nindent 4 }}
  {{- include "tmtp-hosting.placement" . | nindent 2 }}
  {{- if and (eq $root.Values.migrations.mode "init") (ne .component "edge") }}
  initContainers:
    - name: migrate
      image: {{ include "tmtp-hosting.image" $root }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [migrate]
      env: {{- include "tmtp-hosting.env" . | nindent 8 }}
      resources: {{- toYaml $root.Values.migrations.resources | nindent 8 }}
      securityContext: {{- include "tmtp-hosting.containerSecurityContext" $root | nindent 8 }}
      volumeMounts: {{- include "tmtp-hosting.mounts" . | nindent 8 }}
  {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "tmtp-hosting.image" $root }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [{{ .component }}]
      env: {{- include "tmtp-hosting.env" . | nindent 8 }}
      ports:
        {{- if eq .component "edge" }}
        - { name: tmtp, containerPort: 7443 }
        {{- else if eq .component "delivery" }}
        - { name: grpc, containerPort: 7450 }
        {{- else if eq .component "control" }}
        - { name: api, containerPort: 8088 }
        {{- end }}
        - { name: http, containerPort: 8080 }
      {{- include "tmtp-hosting.probes" . | nindent 6 }}
      {{- if and (eq .component "edge") (gt (int $role.drain.delaySeconds) 0) }}
      lifecycle:
        preStop:
          sleep:
            seconds: {{ int $role.drain.delaySeconds }}
      {{- end }}
      resources: {{- toYaml $role.resources | nindent 8 }}
      securityContext: {{- include "tmtp-hosting.containerSecurityContext" $root | nindent 8 }}
      volumeMounts: {{- include "tmtp-hosting.mounts" . | nindent 8 }}
  volumes: {{- include "tmtp-hosting.volumes" . | nindent 4 }}
{{- end -}}
