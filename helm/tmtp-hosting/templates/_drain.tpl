{{/*
How an edge ends. All that must agree is worked out here, from how many links a pod may hold, how many sessions may be
closed a second in the whole installation, and how many pods are replaced at a time.

perSecond         each pod's rate: maxSurge of them close sessions together.
seconds           how long a full pod takes. A pause between two sessions is kept in whole milliseconds and may be two
                  longer than asked for.
deadline          the drain, and time for logins in hand and for last acks to be told.
grace             Kubernetes kills no sooner than the process ends itself, and counts the delay.
minReady          the next pods go when these are through, or two generations would close sessions together.
progressDeadline  must exceed it, with time to pull an image and start.
*/}}
{{- define "tmtp-hosting.drain" -}}
{{- $edge := .Values.edge -}}
{{- $perSecond := div (int $edge.drain.sessionsPerSecond) (int $edge.maxSurge) -}}
{{- if lt $perSecond 1 -}}
{{- fail "edge.drain.sessionsPerSecond must be at least edge.maxSurge: each pod that goes closes at least one session a second" -}}
{{- end -}}
{{- $pauseMs := add 2 (div (add 999 $perSecond) $perSecond) -}}
{{- $seconds := div (add 999 (mul (int $edge.links.max) $pauseMs)) 1000 -}}
{{- $deadline := add $seconds 20 -}}
{{- if gt $deadline 3600 -}}
{{- fail (printf "a full edge would take %d s to drain, and an hour is the most: raise edge.drain.sessionsPerSecond, or lower edge.links.max or edge.maxSurge" $seconds) -}}
{{- end -}}
{{- $grace := add $deadline (int $edge.drain.delaySeconds) 5 -}}
{{- $minReady := add $seconds (int $edge.drain.delaySeconds) -}}
{{- dict "perSecond" $perSecond "seconds" $seconds "deadline" $deadline "grace" $grace "minReady" $minReady "progressDeadline" (add $minReady 600) | toJson -}}
{{- end -}}
