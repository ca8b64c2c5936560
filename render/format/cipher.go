package format

import "strings"

// ciphers are how the cipher text of tools begins that encrypt values or files in a
// repository.
var ciphers = []struct{ begin, tool string }{
	{"ENC[AES256_GCM,", "SOPS"},
	{"$ANSIBLE_VAULT;", "Ansible Vault"},
	{"\x00GITCRYPT\x00", "git-crypt"},
	{"ENC[PKCS7,", "hiera-eyaml"},
	{"ENC[GPG,", "hiera-eyaml"},
}

// Cipher returns the tool whose cipher text a text begins with; "" for none. White space
// before the cipher text does not count.
func Cipher(text string) string {
	text = strings.TrimLeft(text, " \t\r\n")
	for _, c := range ciphers {
		if strings.HasPrefix(text, c.begin) {
			return c.tool
		}
	}
	return ""
}

// DecryptHint says what to do about cipher text.
const DecryptHint = "decrypt it before confit reads it, or keep the secret in a Secret and read that with secret:; copy: passes a file on as it is"
