package pack

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"
)

// An inflater reads zlib streams (RFC 1950), one after the other. It leaves their checksum
// to the workers, who have the bytes at hand anyway.
type inflater struct {
	in     *bufio.Reader
	stream io.ReadCloser
}

var (
	errHeader = errors.New("not a zlib stream")
	errLength = errors.New("not as long as was said")
)

// next inflates one stream of a known length. A long one gets its memory as the bytes
// arrive, not because a header asks for it.
func (f *inflater) next(p *pool, length int) (*buffer, uint32, error) {
	if err := f.begin(); err != nil {
		return nil, 0, err
	}
	b := p.get(min(length, 1<<largest))
	for len(b.data) < length {
		if len(b.data) == cap(b.data) {
			b.data = append(make([]byte, 0, min(2*len(b.data), length)), b.data...)
		}
		n, err := f.stream.Read(b.data[len(b.data):min(cap(b.data), length)])
		b.data = b.data[:len(b.data)+n]
		if err != nil && len(b.data) < length {
			return nil, 0, unlessEnd(err)
		}
	}
	adler, err := f.end()
	return b, adler, err
}

func (f *inflater) begin() error {
	var head [2]byte
	if _, err := io.ReadFull(f.in, head[:]); err != nil {
		return err
	}
	const deflate, window32K, dictionary = 8, 7, 0x20
	if head[0]&15 != deflate || head[0]>>4 > window32K || head[1]&dictionary != 0 || binary.BigEndian.Uint16(head[:])%31 != 0 {
		return errHeader
	}
	if f.stream == nil {
		f.stream = flate.NewReader(f.in)
		return nil
	}
	return f.stream.(flate.Resetter).Reset(f.in, nil)
}

// end makes sure that the stream is over, and reads its checksum.
func (f *inflater) end() (uint32, error) {
	var sum [4]byte
	if n, err := f.stream.Read(sum[:1]); n > 0 || err == nil {
		return 0, errLength
	} else if !errors.Is(err, io.EOF) {
		return 0, err
	}
	if _, err := io.ReadFull(f.in, sum[:]); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint32(sum[:]), nil
}

// unlessEnd keeps the end of a stream, which came too soon, from being taken for that of
// the pack.
func unlessEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return errLength
	}
	return err
}
