package pod

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// podIP is every pod's address: no two pods see each other.
const podIP = "10.244.0.5"

// network are podman's arguments for a container of a pod that has a neighbour: podman knows
// them for containers only.
func (p *Pod) network(ctx context.Context) ([]string, error) {
	if p.Neighbour == nil {
		return nil, nil
	}
	pid, err := p.Neighbour.pausePID(ctx)
	return []string{"--network", fmt.Sprintf("ns:/proc/%d/ns/net", pid)}, err
}

// Dial connects from within the pod's network. The host of addr is ignored: all
// containers of a pod listen on the one loopback.
func (p *Pod) Dial(ctx context.Context, addr string) (conn net.Conn, err error) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	err = p.within(ctx, func() (err error) {
		conn, err = new(net.Dialer).DialContext(ctx, "tcp4", "127.0.0.1:"+port)
		return err
	})
	return conn, err
}

// Listen listens in the pod's network, on an address of the loopback, for a server of this
// process that containers are to reach. NewSandbox is the time for it.
func (p *Pod) Listen(ctx context.Context, addr string) (l net.Listener, err error) {
	err = p.within(ctx, func() (err error) {
		l, err = new(net.ListenConfig).Listen(ctx, "tcp4", addr)
		return err
	})
	return l, err
}

// within calls f on a thread in the pod's network.
func (p *Pod) within(ctx context.Context, f func() error) error {
	if p.Neighbour != nil {
		return p.Neighbour.within(ctx, f)
	}
	pid, err := p.pausePID(ctx)
	if err != nil {
		return err
	}
	done := make(chan error)
	go func() {
		// The thread is not unlocked: it ends with this goroutine, so that
		// nothing else finds itself in the pod's network.
		runtime.LockOSThread()
		err := enter(pid)
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}

func (p *Pod) pausePID(ctx context.Context) (int, error) {
	out, err := p.store.Run(ctx, "inspect", "--type", "container", "--format", "{{.State.Pid}}", pauseName)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(out))
}

// hosts is the hosts file of a pod with aliases.
func (p *Pod) hosts() string {
	lines := []string{"127.0.0.1\tlocalhost", podIP + "\t" + p.Name}
	for _, a := range p.spec().HostAliases {
		lines = append(lines, a.IP+"\t"+strings.Join(a.Hostnames, "\t"))
	}
	return strings.Join(lines, "\n") + "\n"
}

// Client makes requests from within the pod's network, whatever host they name.
// It keeps no connections and follows no redirects.
func (p *Pod) Client() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
				return p.Dial(ctx, addr)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Ready waits until every container that has a readiness probe passes it. It waits as long
// as ctx lets it, unless a container keeps crashing.
func (p *Pod) Ready(ctx context.Context) error {
	for i := range p.spec().Containers {
		c := &p.spec().Containers[i]
		if c.ReadinessProbe == nil {
			continue
		}
		if err := p.await(ctx, c, c.ReadinessProbe); err != nil {
			return fmt.Errorf("pod %s: %w", p.Name, err)
		}
	}
	return nil
}

// A probe that is not answered within answerTime is repeated.
const answerTime = 10 * time.Second

// crashes is how often a container may be restarted before its probe counts as failed.
const crashes = 5

// await repeats a probe until the answer is good. Its error shows the container's last lines.
func (p *Pod) await(ctx context.Context, c *Container, probe *Probe) error {
	for try := 1; ; try++ {
		err := p.ask(ctx, c, probe)
		if err == nil {
			return nil
		}
		stuck := ctx.Err() != nil
		if try%20 == 0 {
			s, errState := p.State(ctx, c.Name)
			err = errors.Join(err, errState)
			stuck = stuck || s.Restarts > crashes
		}
		if stuck {
			log, _ := p.Log(c.Name)
			return fmt.Errorf("container %s: never ready: %w\n  log: %s", c.Name, err, indent(tail(log, 20)))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (p *Pod) ask(ctx context.Context, c *Container, probe *Probe) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	switch {
	case probe.HTTPGet != nil:
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+podIP+":"+c.port(probe.HTTPGet.Port)+probe.HTTPGet.Path, nil)
		if err != nil {
			return err
		}
		resp, err := p.Client().Do(req)
		if err != nil {
			return err
		}
		resp.Body.Close()
		if resp.StatusCode < 200 || resp.StatusCode >= 400 {
			return fmt.Errorf("GET %s: %s", probe.HTTPGet.Path, resp.Status)
		}
	case probe.TCPSocket != nil:
		conn, err := p.Dial(ctx, podIP+":"+c.port(probe.TCPSocket.Port))
		if err != nil {
			return err
		}
		return conn.Close()
	case probe.Exec != nil:
		var command []string
		for _, a := range probe.Exec.Command {
			command = append(command, string(a))
		}
		_, err := p.Exec(ctx, c.Name, command...)
		return err
	}
	return nil
}

// port is the number of a port that may be given by name.
func (c *Container) port(port string) string {
	i := slices.IndexFunc(c.Ports, func(q ContainerPort) bool { return q.Name == port })
	if i < 0 {
		return port
	}
	return strconv.Itoa(c.Ports[i].Port)
}
