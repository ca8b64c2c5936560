package pack

import (
	"bufio"
	"encoding/binary"
	"errors"
)

// An inflater reads zlib streams (RFC 1950), one after the other. It leaves their checksum
// to the workers, who have the bytes at hand anyway.
type inflater struct {
	in      *bufio.Reader
	deflate deflateReader
}

func newInflater(in *bufio.Reader) *inflater { return &inflater{in, deflateReader{in: in}} }

var (
	errHeader = errors.New("not a zlib stream")
	errLength = errors.New("not as long as was said")
)

// next inflates one stream of a known length, and gives the checksum that follows it.
func (f *inflater) next(p *pool, length int) (*buffer, uint32, error) {
	head, err := f.in.Peek(2)
	if err != nil {
		return nil, 0, err
	}
	const deflate, window32K, dictionary = 8, 7, 0x20
	if head[0]&15 != deflate || head[0]>>4 > window32K || head[1]&dictionary != 0 || binary.BigEndian.Uint16(head)%31 != 0 {
		return nil, 0, errHeader
	}
	_, _ = f.in.Discard(len(head))
	b := p.get(min(length, 1<<largest))
	if b.data, err = f.deflate.inflate(b.data, length); err != nil {
		return nil, 0, err
	}
	tail, err := f.in.Peek(4)
	if err != nil {
		return nil, 0, err
	}
	sum := binary.BigEndian.Uint32(tail)
	_, _ = f.in.Discard(len(tail))
	return b, sum, nil
}
