package main

import (
	"bufio"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/client"
)

func receive(url string) error {
	endpoint, err := transport.NewEndpoint(url)
	if err != nil {
		return err
	}
	c, err := client.NewClient(endpoint)
	if err != nil {
		return err
	}
	session, err := c.NewUploadPackSession(endpoint, nil)
	if err != nil {
		return err
	}
	defer session.Close()
	refs, err := session.AdvertisedReferences()
	if err != nil {
		return err
	}
	if refs.Head == nil {
		return errors.New("no HEAD")
	}
	pack, err := session.UploadPack(context.Background(), newest(refs.Capabilities, *refs.Head))
	if err != nil {
		return err
	}
	defer pack.Close()
	return inflate(bufio.NewReaderSize(pack, 1<<16))
}

// newest asks for one commit without its history, as plain pack bytes: no side
// band, so nothing has to be unwrapped.
func newest(has *capability.List, want plumbing.Hash) *packp.UploadPackRequest {
	request := packp.NewUploadPackRequest()
	request.Wants = []plumbing.Hash{want}
	request.Depth = packp.DepthCommits(1)
	for _, c := range []capability.Capability{capability.Shallow, capability.OFSDelta, capability.NoProgress} {
		if has.Supports(c) {
			_ = request.Capabilities.Set(c)
		}
	}
	return request
}

// inflate reads a pack forward, as gitformat-pack(5) has it.
func inflate(r *bufio.Reader) error {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	if string(head[:4]) != "PACK" {
		return fmt.Errorf("not a pack: %q", head[:4])
	}
	var z io.ReadCloser
	for range binary.BigEndian.Uint32(head[8:]) {
		if err := header(r); err != nil {
			return err
		}
		if err := object(r, &z); err != nil {
			return err
		}
	}
	return nil
}

// header skips an object's type, its size and the name of its delta base.
func header(r *bufio.Reader) error {
	const offsetDelta, refDelta = 6, 7
	first, err := r.ReadByte()
	if err != nil {
		return err
	}
	if err := varint(r, first); err != nil {
		return err
	}
	switch first >> 4 & 7 {
	case offsetDelta:
		return varint(r, 0x80)
	case refDelta:
		_, err = r.Discard(20)
	}
	return err
}

func varint(r *bufio.Reader, b byte) (err error) {
	for b&0x80 != 0 && err == nil {
		b, err = r.ReadByte()
	}
	return err
}

func object(r *bufio.Reader, z *io.ReadCloser) (err error) {
	if *z == nil {
		*z, err = zlib.NewReader(r)
	} else {
		err = (*z).(zlib.Resetter).Reset(r, nil)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, *z)
	return err
}
