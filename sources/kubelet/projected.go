package kubelet

import "io/fs"

// projected writes the sources of a projected volume, one after the other.
func (w *volumeWriter) projected(v *projected) {
	w.mode = v.Mode
	for i := range v.Sources {
		switch s := &v.Sources[i]; {
		case s.ConfigMap != nil:
			w.object("ConfigMap", s.ConfigMap.Name, s.ConfigMap, nil)
		case s.Secret != nil:
			w.object("Secret", s.Secret.Name, s.Secret, nil)
		case s.Downward != nil:
			w.downward(s.Downward, nil)
		case s.Token != nil:
			w.pod.standIn("serviceAccountToken", s.Token.Pos)
			w.add(s.Token.Path, node{data: []byte("stand-in-token"), mode: 0o600, secret: true}, s.Token.At("path"))
		case s.Trust != nil:
			w.pod.standIn("clusterTrustBundle", s.Trust.Pos)
			w.add(s.Trust.Path, node{data: []byte("stand-in\n"), mode: 0o644}, s.Trust.At("path"))
		}
	}
}

// downward writes the items of a downward API volume.
func (w *volumeWriter) downward(v *downwardVolume, mode *int64) {
	for i := range v.Items {
		item := &v.Items[i]
		text := ""
		switch {
		case item.Field != nil:
			text = w.pod.field(item.Field)
		case item.Resource != nil:
			text = w.pod.resource(nil, item.Resource)
		}
		var bits fs.FileMode = w.fileMode(mode, item.Mode)
		w.add(item.Path, node{data: []byte(text), mode: bits}, item.At("path"))
	}
}
