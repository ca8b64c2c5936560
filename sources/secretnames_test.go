package sources

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestSecretVars: which variables are secrets by themselves.
func TestSecretVars(t *testing.T) {
	for pair, want := range map[string]bool{
		"DB_PASSWORD=x": true, "DB_PASS=x": true, "PASS=x": true, "db_pass=x": true, "MYSQL_PWD=x": true, "SENTRY_DSN=x": true, "DSN=x": true,
		"APP_CREDS=x": true, "AWS_ACCESS_KEY_ID=x": true, "PGPASSWORD=x": true, "SSH_PASSPHRASE=x": true,
		"DATABASE_URL=postgres://u:p@h/db": true, "REDIS_URL=redis://:p@h:6379/0": true, "AMQP=amqp://u:p%40@h": true,
		"PWD=/": false, "OLDPWD=/": false, "APP_BYPASS=1": false, "COMPASS=n": false, "SORT_KEY=a": false, "PUBLIC_KEY=x": false,
		"URL=https://h/p": false, "PROXY=http://h:3128": false, "MAIL=a:b@c": false, "U=https://h:80/a@b": false, "U2=https://user@h/": false,
	} {
		name, value, _ := strings.Cut(pair, "=")
		s := &Spec{}
		v := s.variable(name)
		if s.setValue(&v, value); v.Origin.Sensitive != want {
			t.Errorf("%s is a secret: %v, want %v", pair, !want, want)
		}
	}
	s := &Spec{Sensitive: Sensitivity{set: true}}
	v := s.variable("DB_PASS")
	if s.setValue(&v, "a://u:p@h"); v.Origin.Sensitive {
		t.Error("sensitive: false is not believed")
	}
}

// TestSecretsPage: docs/secrets.md has every name, and no other.
func TestSecretsPage(t *testing.T) {
	data, err := os.ReadFile("../docs/secrets.md")
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(string(data), "## Variables")
	var listed []string
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "`") && !strings.HasPrefix(line, "`sensitive") {
			listed = append(listed, strings.Fields(strings.ReplaceAll(line, "`", ""))...)
		}
	}
	if want := slices.Concat(secretParts, secretWords); !slices.Equal(listed, want) {
		t.Errorf("docs/secrets.md lists %v, want %v", listed, want)
	}
}
