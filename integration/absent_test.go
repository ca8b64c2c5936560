package integration

import (
	"strings"
	"testing"
)

// shapes are the ways in which a repository shows the keys of a Secret that it does not have.
// Each Secret is named web, and has the keys that the shape lists.
var shapes = map[string]struct {
	doc  string
	keys []string
}{
	"SealedSecret":        {"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: web}\nspec:\n  encryptedData: {user: AgB, password: AgB}\n", []string{"user", "password"}},
	"SOPS":                {"apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData:\n  user: ENC[AES256_GCM,data:hunter2,type:str]\n  password: ENC[AES256_GCM,data:hunter2,type:str]\nsops:\n  mac: ENC[AES256_GCM,data:x]\n", []string{"user", "password"}},
	"ExternalSecret":      {"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec:\n  target: {name: web}\n  data: [{secretKey: user, remoteRef: {key: a}}, {secretKey: password, remoteRef: {key: b}}]\n", []string{"user", "password"}},
	"SecretProviderClass": {"apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: vault}\nspec:\n  secretObjects:\n    - secretName: web\n      data: [{key: user, objectName: a}, {key: password, objectName: b}]\n", []string{"user", "password"}},
	"Certificate":         {"apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: web}\nspec: {secretName: web, dnsNames: [web.example.com]}\n", []string{"tls.crt", "tls.key"}},
	"typed":               {"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: web}\nspec:\n  target: {template: {type: kubernetes.io/basic-auth}}\n", []string{"username", "password"}},
}

// TestAbsentSecrets checks a Deployment without its Secret, by each shape. What names a key
// that is shown has no finding, and what misspells one has exactly one error.
func TestAbsentSecrets(t *testing.T) {
	base := string(readFile(t, "testdata/findings/base.yaml"))
	begin := strings.Index(base, "apiVersion: v1\nkind: Secret")
	end := strings.Index(base, "apiVersion: apps/v1")
	base = base[:begin] + base[end:]
	uses := map[string]func(key string) []replacement{
		"variable": func(key string) []replacement { return []replacement{{"key: password}", "key: " + key + "}"}} },
		"item": func(key string) []replacement {
			return []replacement{{"            secretName: web", "            secretName: web\n            items: [{key: " + key + ", path: it}]"}}
		},
		"template": func(key string) []replacement {
			return []replacement{{"{{ .Values.port }}", "{{ .Values.port }} {{ index .Values.database \"" + key + "\" }}"}}
		},
	}
	for shape, s := range shapes {
		for use, edits := range uses {
			t.Run(shape+"/"+use, func(t *testing.T) {
				text := strings.Replace(base, "key: password}", "key: "+s.keys[1]+"}", 1) + "---\n" + s.doc
				if use == "variable" {
					text = base + "---\n" + s.doc
				}
				good, status := validate(t, edited(t, text, edits(s.keys[0])), "--assume-secrets")
				if status != 0 || len(findings(good)) > 0 {
					t.Errorf("of a good one, status %d:\n%s", status, good)
				}
				bad, status := validate(t, edited(t, text, edits(s.keys[0]+"x")), "--assume-secrets")
				if status == 0 || len(findings(bad)) != 1 {
					t.Errorf("of a misspelt key, status %d:\n%s", status, bad)
				}
				if strings.Contains(good+bad, "hunter2") {
					t.Error("cipher text is shown")
				}
			})
		}
	}
}
