package kubelet

import "io/fs"

// projected writes the sources of a projected volume, one after the other.
func (w *volumeWriter) projected(v *projected) {
	w.mode = v.Mode
	w.pod.checkMode(v.Mode, v.At("defaultMode"))
	w.checkPaths(v)
	for i := range v.Sources {
		switch s := &v.Sources[i]; {
		case s.ConfigMap != nil:
			w.object("ConfigMap", s.ConfigMap.Name, s.ConfigMap, nil)
		case s.Secret != nil:
			w.object("Secret", s.Secret.Name, s.Secret, nil)
		case s.Downward != nil:
			w.downward(s.Downward, nil)
		case s.Token != nil:
			w.pod.standIn("serviceAccountToken", "stand-in-token", "", s.Token.Pos)
			w.checkPath(s.Token.Path, s.Token.At("path"))
			w.add(s.Token.Path, node{data: []byte("stand-in-token"), mode: w.tokenMode(), secret: true}, s.Token.At("path"))
		case s.Trust != nil:
			w.pod.standIn("clusterTrustBundle", "stand-in", "", s.Trust.Pos)
			w.checkPath(s.Trust.Path, s.Trust.At("path"))
			w.add(s.Trust.Path, node{data: []byte("stand-in\n"), mode: w.tokenMode()}, s.Trust.At("path"))
		}
	}
}

// downward writes the items of a downward API volume.
func (w *volumeWriter) downward(v *downwardVolume, mode *int64) {
	w.pod.checkMode(mode, v.At("defaultMode"))
	for i := range v.Items {
		item := &v.Items[i]
		text := ""
		switch {
		case item.Field != nil:
			text = w.pod.field(item.Field, volumeFields)
		case item.Resource != nil && w.pod.checkResource(item.Resource, true) && w.isMounted:
			text = w.pod.resource(nil, item.Resource)
		}
		w.pod.checkMode(item.Mode, item.At("mode"))
		w.checkPath(item.Path, item.At("path"))
		w.add(item.Path, node{data: []byte(text), mode: w.fileMode(mode, item.Mode)}, item.At("path"))
	}
}

// tokenMode is the mode of a token: private where the kubelet can give it to one user or
// group.
func (w *volumeWriter) tokenMode() fs.FileMode {
	if w.pod.template.Spec.Security.FSGroup != nil || w.pod.oneUser() {
		return 0o600
	}
	return w.fileMode(nil, nil)
}

// oneUser tells whether the manifest gives all containers of the pod the same user.
func (p *Pod) oneUser() bool {
	var first *int64
	for _, c := range p.Containers {
		user := p.template.Spec.Security.RunAsUser
		if c.container.Security.RunAsUser != nil {
			user = c.container.Security.RunAsUser
		}
		if user == nil || first != nil && *first != *user {
			return false
		}
		first = user
	}
	return first != nil
}
