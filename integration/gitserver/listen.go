package gitserver

import (
	"context"
	"io"
	"net"
)

// NewBlackhole accepts connections, says greeting and nothing more: over SSH
// "SSH-2.0-mute\r\n" is a server that dies before the handshake, "" one that dies
// before that. The log has no requests.
func NewBlackhole(greeting string) (addr string, l *Log, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, nil, err
	}
	log := &Log{}
	stop = accept(listener, &crew{}, func(ctx context.Context, c net.Conn) {
		log.connected()
		_, _ = io.WriteString(c, greeting)
		<-ctx.Done()
	})
	return listener.Addr().String(), log, stop, nil
}

// accept serves each connection until stop, which closes them all.
func accept(l net.Listener, crew *crew, serve func(context.Context, net.Conn)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	crew.enter()
	go func() {
		defer crew.leave()
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if !crew.enter() {
				c.Close()
				return
			}
			go func() {
				defer crew.leave()
				defer context.AfterFunc(ctx, func() { c.Close() })()
				defer c.Close()
				serve(ctx, c)
			}()
		}
	}()
	return func() { crew.dismiss(func() { cancel(); l.Close() }) }
}
