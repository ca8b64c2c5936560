{{/*
The init container, an item of initContainers:
    {{- include "confit.initContainer" . | nindent 8 }}
*/}}
{{- define "confit.initContainer" -}}
- name: init-config
  image: {{ .Values.confit.image }}
  args: [render, -c, /config-in/confit.yaml]
  securityContext:
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    runAsNonRoot: true
    capabilities: {drop: [ALL]}
  volumeMounts:
    - {name: config-map, mountPath: /config-in}
    - {name: config-dir, mountPath: /config-out}
{{- end }}

{{/*
Its volumes, items of volumes. The application mounts config-dir.
*/}}
{{- define "confit.volumes" -}}
- name: config-map
  configMap: {name: {{ .Release.Name }}-confit}
- name: config-dir
  emptyDir: {}
{{- end }}

{{/*
What it reads, the data of the ConfigMap: the files of confit/ as they are, and the values of config.
*/}}
{{- define "confit.data" -}}
{{ (.Files.Glob "confit/*").AsConfig }}
values.yaml: |
  {{- toYaml .Values.config | nindent 2 }}
{{- end }}
