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
	for err := error(nil); err == nil; {
		var n int
		have := len(b.data)
		if have == cap(b.data) && have < length {
			b.data = append(make([]byte, 0, min(2*have, length)), b.data...)
		}
		// Room for one byte too many tells a stream that is too long.
		room := b.data[have:min(cap(b.data), length)]
		if len(room) == 0 {
			var more [1]byte
			room = more[:]
		}
		n, err = f.stream.Read(room)
		b.data = b.data[:min(have+n, cap(b.data))]
		if have+n > length || errors.Is(err, io.EOF) && have+n < length {
			return nil, 0, errLength
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, err
		}
	}
	return f.end(b)
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

func (f *inflater) end(b *buffer) (*buffer, uint32, error) {
	var sum [4]byte
	if _, err := io.ReadFull(f.in, sum[:]); err != nil {
		return nil, 0, err
	}
	return b, binary.BigEndian.Uint32(sum[:]), nil
}
