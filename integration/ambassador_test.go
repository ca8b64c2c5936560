package integration

import (
	"strings"
	"syscall"
	"testing"

	"confit/integration/harness"
	"confit/integration/pod"
)

// An application that talks to localhost writes to the primary of a real PostgreSQL and reads
// from its replica, by way of HAProxy. The replica is lost: a changed ConfigMap makes HAProxy
// read from the primary, and nothing is restarted.
func TestAmbassador(t *testing.T) {
	t.Parallel()
	m := example(t, "ambassador")
	databases := startDatabases(t, m)
	p := harness.NewPod(t, m)
	p.Neighbour = databases.Pod
	p.Up()
	before := processes(t, p)

	sql := func(service, query string) (string, error) {
		return p.Exec(t.Context(), "application", "psql", "-qAtX", "service="+service, "-c", query)
	}
	answers := func(service, query, want string) {
		t.Helper()
		harness.Await(t, service+" to answer "+query, func() (bool, error) {
			got, err := sql(service, query)
			return err == nil && got == want+"\n", nil
		})
	}
	says := func(container, text string) {
		t.Helper()
		harness.Await(t, container+" to say "+text, func() (bool, error) {
			log, err := p.Log(container)
			return strings.Contains(log, text), err
		})
	}
	configure := func(old, replacement string) {
		t.Helper()
		editMap(t, m, "shop", "app.yaml", old, replacement)
		must(t, p.Sync())
	}

	const lastCentury = "select pg_is_in_recovery(), count(distinct at) from visits where at < '2000-01-01'"
	answers("write", "insert into visits values ('1999-12-31') returning pg_is_in_recovery()", "f")
	answers("read", lastCentury, "t|1")
	if out, err := sql("read", "insert into visits values (now())"); err == nil {
		t.Errorf("the replica takes a write: %q", out)
	}
	says("application", "|replica\n")
	passwordStays(t, p)

	must(t, databases.Signal("replica", syscall.SIGINT))
	harness.Await(t, "the end of the replica", func() (bool, error) {
		s, err := databases.State(t.Context(), "replica")
		return !s.Running, err
	})
	if out, err := sql("read", lastCentury); err == nil {
		t.Errorf("no replica runs, and a read is answered: %q", out)
	}
	answers("write", "insert into visits values ('1999-12-30') returning pg_is_in_recovery()", "f")

	// A name that nobody knows does not end the HAProxy that runs.
	configure("postgres-replica:5432", "postgres-other:5432")
	says("ambassador", "could not resolve address 'postgres-other'")
	configure("[postgres-other:5432]", "[]")
	answers("read", lastCentury, "f|2")
	says("application", "|primary\n")
	says("watch-config", "notified: USR2 to haproxy, process ")

	if after := processes(t, p); after != before {
		t.Errorf("the containers are %v, and were %v", after, before)
	}
	p.Ran(initConfig, "2 created, 0 updated, 0 removed, 0 unchanged")
}

// startDatabases starts a primary and its replica, where the containers of m will find them.
func startDatabases(t *testing.T, m *pod.Manifest) *harness.Pod {
	t.Helper()
	servers, err := pod.Load("testdata/ambassador/databases.yaml")
	must(t, err)
	servers.Secrets = m.Secrets
	p := harness.NewPod(t, servers)
	p.Up()
	m.Template.Spec.HostAliases = []pod.HostAlias{
		{IP: "127.0.0.2", Hostnames: []string{"postgres-primary"}}, {IP: "127.0.0.3", Hostnames: []string{"postgres-replica"}},
	}
	return p
}

// processes are the first process and the restarts of each container that goes on.
func processes(t *testing.T, p *harness.Pod) [3]pod.State {
	t.Helper()
	var all [3]pod.State
	for i, name := range []string{"watch-config", "ambassador", "application"} {
		s, err := p.State(t.Context(), name)
		must(t, err)
		all[i] = s
	}
	return all
}

// passwordStays looks for the password in all that a container can read, by way of other
// processes as well. The application has its own copy only. The ambassador has none, but
// shows that the search finds others: it runs as the user of confit.
func passwordStays(t *testing.T, p *harness.Pod) {
	t.Helper()
	const search = `cd /proc; grep -rls hunter2 /config [0-9]*/environ [0-9]*/root/secret-in [0-9]*/root/config-out; true`
	out, err := p.Exec(t.Context(), "application", "sh", "-c", search)
	if want := "/config/pg_service.conf\n"; err != nil || out != want {
		t.Errorf("the application reads the password in %q, want %q: %v", out, want, err)
	}
	out, err = p.Exec(t.Context(), "ambassador", "sh", "-c", search)
	if err != nil || strings.Contains(out, "/config/") || !strings.Contains(out, "root/config-out/application/pg_service.conf\n") {
		t.Errorf("the ambassador reads the password in %q: %v", out, err)
	}
}
