{{/*
tmtpd.toml for one role: takes root and component. Only the sections that the role reads, so that a change of one role's
settings does not restart the others. Secrets are never in it: they come by environment.
*/}}
{{- define "tmtp-hosting.settings" -}}
{{- $values := .root.Values -}}
{{- $sections := get (dict "edge" (list "bus" "edge" "http" "log" "trace" "shutdown") "delivery" (list "store" "bodies" "bus" "delivery" "control" "http" "log" "trace" "shutdown") "control" (list "store" "bus" "control" "http" "log" "shutdown") "backup" (list "store" "bodies" "log")) .component -}}
{{- $worked := include "tmtp-hosting.workedOut" . | fromJson -}}
{{- $all := mustMergeOverwrite (deepCopy $values.settings) $worked -}}
{{- if eq .component "delivery" }}
{{- /* Only what it tells newcomers, and asks of others. */}}
{{- $_ := set $all "control" (pick (get $all "control") "public_url" "private_providers") }}
{{- end }}
{{- range $section := $sections }}
{{- include "tmtp-hosting.table" (dict "name" $section "table" (get $all $section | default dict)) }}
{{- end }}
{{- end -}}

{{/* JSON's strings, numbers and lists are TOML's as well. */}}
{{- define "tmtp-hosting.table" }}
{{- if .table }}
[{{ .name }}]
{{- range $key, $value := .table }}
{{- if not (kindIs "map" $value) }}
{{ $key }} = {{ $value | toJson }}
{{- end }}
{{- end }}
{{ range $key, $value := .table }}
{{- if kindIs "map" $value }}
{{- include "tmtp-hosting.table" (dict "name" (printf "%s.%s" $.name $key) "table" $value) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* What the chart itself knows, as JSON. */}}
{{- define "tmtp-hosting.workedOut" -}}
{{- $values := .root.Values -}}
{{- $listen := ternary (printf "[%s]" $values.bindAddress) $values.bindAddress (contains ":" $values.bindAddress) -}}
{{- $drain := include "tmtp-hosting.drain" .root | fromJson -}}
{{- $bus := dict "kind" "redis" "mode" $values.redis.mode "require_tls" $values.redis.requireTls -}}
{{- if eq $values.redis.mode "sentinel" -}}
{{- $_ := set $bus "master" (required "redis.master is missing: what do the Sentinels call the set?" $values.redis.master) -}}
{{- end -}}
{{- if include "tmtp-hosting.hasCa" $values.redis.ca -}}
{{- $_ := set $bus "ca" "/etc/tmtp/redis-ca/ca.crt" -}}
{{- end -}}
{{- $edge := dict "listen" (list (printf "%s:7443" $listen)) "certificates" "/etc/tmtp/certificates" "delivery" (list (printf "dns://%s:7450" (include "tmtp-hosting.deliveryHost" .root))) "links_max" $values.edge.links.max "drain_per_second" $drain.perSecond -}}
{{- if $values.edge.defaultHost -}}
{{- $_ := set $edge "default_host" $values.edge.defaultHost -}}
{{- end -}}
{{- $control := dict "listen" (list (printf "%s:8088" $listen)) "tmtp_port" $values.edge.service.port "private_providers" $values.control.signInProviders.private -}}
{{- with $values.control.publicUrl -}}
{{- $_ := set $control "public_url" . -}}
{{- end -}}
{{- with $values.control.trustedProxies -}}
{{- $_ := set $control "trusted_proxies" . -}}
{{- end -}}
{{- with $values.control.acme -}}
{{- if .directory -}}
{{- $_ := set $control "acme" (dict "directory" .directory "ca" .ca) -}}
{{- end -}}
{{- end -}}
{{- with $values.control.mail -}}
{{- if .server -}}
{{- $_ := set $control "mail" (dict "server" .server "from" (required "control.mail.from is missing: whom do mails come from?" .from)) -}}
{{- end -}}
{{- end -}}
{{- $delivery := dict "listen" (printf "%s:7450" $listen) -}}
{{- if ne $values.internalTls.mode "none" -}}
{{- $_ := set $edge "delivery_tls" (dict "ca" "/etc/tmtp/internal/ca.crt" "cert" "/etc/tmtp/internal/tls.crt" "key" "/etc/tmtp/internal/tls.key" "domain" (include "tmtp-hosting.deliveryServerName" .root)) -}}
{{- $_ := set $delivery "tls" (dict "client_ca" "/etc/tmtp/internal/ca.crt" "cert" "/etc/tmtp/internal/tls.crt" "key" "/etc/tmtp/internal/tls.key") -}}
{{- end -}}
{{- $deadline := eq .component "edge" | ternary $drain.deadline (get (get $values .component) "shutdownSeconds") -}}
{{- dict "bus" $bus "edge" $edge "delivery" $delivery "control" $control "bodies" (include "tmtp-hosting.bodies" .root | fromJson) "http" (dict "listen" (printf "%s:8080" $listen)) "shutdown" (dict "deadline_seconds" $deadline) | toJson -}}
{{- end -}}

{{- define "tmtp-hosting.bodies" -}}
{{- $bodies := .Values.bodies -}}
{{- $set := dict "kind" $bodies.kind -}}
{{- if eq $bodies.kind "directory" -}}
{{- $_ := set $set "directory" "/var/lib/tmtp/bodies" -}}
{{- else if eq $bodies.kind "s3" -}}
{{- $s3 := dict "bucket" (required "bodies.s3.bucket is missing" $bodies.s3.bucket) "region" $bodies.s3.region "prefix" $bodies.s3.prefix "allow_http" $bodies.s3.allowHttp -}}
{{- if $bodies.s3.endpoint -}}
{{- $_ := set $s3 "endpoint" $bodies.s3.endpoint -}}
{{- end -}}
{{- $_ := set $set "s3" $s3 -}}
{{- end -}}
{{- $set | toJson -}}
{{- end -}}

{{/* Says something when an authority is given. */}}
{{- define "tmtp-hosting.hasCa" -}}
{{- if or .existingSecret .existingConfigMap -}}yes{{- end -}}
{{- end -}}
