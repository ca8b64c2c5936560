package pack

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"io"

	"github.com/klauspost/compress/flate"
)

// An inflater reads zlib streams (RFC 1950), one after the other. It consumes no byte after
// the end of a stream. It returns the checksum of each stream without verifying it: the
// workers do that, since inflating is the slowest serial part of a fetch.
type inflater struct {
	in      *bufio.Reader
	deflate io.ReadCloser // also a flate.Resetter; nil before the first stream
	extra   [1]byte
}

var (
	errZlibHeader = errors.New("not the header of a zlib stream")
	errLength     = errors.New("the stream is not as long as its object")
	errChecksum   = errors.New("the checksum of an object does not match")
)

// inflate reads one stream of length bytes, and returns its content and its Adler-32. The
// length of a stream that has not arrived makes it allocate 1 MiB at most.
func (f *inflater) inflate(p *bufferPool, length int) (b *buffer, checksum uint32, err error) {
	if err := f.reset(); err != nil {
		return nil, 0, err
	}
	b = p.get(min(length, 1<<maxClass))
	for err == nil && len(b.data) < length {
		if len(b.data) == cap(b.data) {
			b.data = append(make([]byte, 0, min(2*cap(b.data), length)), b.data...)
		}
		var n int
		n, err = f.deflate.Read(b.data[len(b.data):min(cap(b.data), length)])
		b.data = b.data[:len(b.data)+n]
	}
	if err == nil || err == io.EOF && len(b.data) == length {
		checksum, err = f.end()
	} else if err == io.EOF {
		err = errLength
	}
	return b, checksum, err
}

// copyTo reads one stream of length bytes into w, and verifies its checksum.
func (f *inflater) copyTo(w io.Writer, length int64) error {
	if err := f.reset(); err != nil {
		return err
	}
	computed := adler32.New()
	n, err := io.CopyN(io.MultiWriter(w, computed), f.deflate, length)
	if err == io.EOF && n < length {
		return errLength
	}
	if err != nil && err != io.EOF {
		return err
	}
	checksum, err := f.end()
	if err == nil && checksum != computed.Sum32() {
		err = errChecksum
	}
	return err
}

// reset reads the header of the next stream.
func (f *inflater) reset() error {
	const deflate, window32K, dictionary = 8, 7, 0x20
	head, err := f.in.Peek(2)
	if err != nil {
		return err
	}
	if head[0]&15 != deflate || head[0]>>4 > window32K || head[1]&dictionary != 0 || binary.BigEndian.Uint16(head)%31 != 0 {
		return errZlibHeader
	}
	_, _ = f.in.Discard(len(head))
	if f.deflate == nil {
		f.deflate = flate.NewReader(f.in)
		return nil
	}
	return f.deflate.(flate.Resetter).Reset(f.in, nil)
}

// end reads the end of a stream: its last bits, which hold no content, and its checksum.
func (f *inflater) end() (checksum uint32, err error) {
	n, err := f.deflate.Read(f.extra[:])
	switch {
	case n > 0:
		return 0, errLength
	case err != io.EOF:
		return 0, err
	}
	var tail [4]byte
	_, err = io.ReadFull(f.in, tail[:])
	return binary.BigEndian.Uint32(tail[:]), err
}
