package pack

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/zlib"
)

// An inflater reads zlib streams, one after the other, and verifies their checksums. It
// consumes no byte after the end of a stream.
type inflater struct {
	in     *bufio.Reader
	stream io.ReadCloser // also a zlib.Resetter; nil before the first stream
	extra  [1]byte
}

var errLength = errors.New("the stream is not as long as its object")

// inflate reads one stream of length bytes. A header alone makes it allocate 1 MiB at most;
// it allocates more only as the bytes arrive.
func (f *inflater) inflate(p *bufferPool, length int) (*buffer, error) {
	if err := f.reset(); err != nil {
		return nil, err
	}
	b := p.get(min(length, 1<<maxClass))
	var err error
	for err == nil && len(b.data) < length {
		if len(b.data) == cap(b.data) {
			b.data = append(make([]byte, 0, min(2*cap(b.data), length)), b.data...)
		}
		var n int
		n, err = f.stream.Read(b.data[len(b.data):min(cap(b.data), length)])
		b.data = b.data[:len(b.data)+n]
	}
	if err == nil {
		err = f.end()
	}
	if err == io.EOF && len(b.data) == length {
		return b, nil
	}
	if err == io.EOF {
		err = errLength
	}
	return nil, err
}

// copyTo reads one stream of length bytes into w.
func (f *inflater) copyTo(w io.Writer, length int64) error {
	if err := f.reset(); err != nil {
		return err
	}
	n, err := io.CopyN(w, f.stream, length)
	if err == nil {
		err = f.end()
	}
	if err != io.EOF {
		return err
	}
	if n < length {
		return errLength
	}
	return nil
}

// reset reads the header of the next stream.
func (f *inflater) reset() (err error) {
	if f.stream == nil {
		f.stream, err = zlib.NewReader(f.in)
		return err
	}
	return f.stream.(zlib.Resetter).Reset(f.in, nil)
}

// end reads the checksum of a stream. It returns io.EOF if the stream ends there.
func (f *inflater) end() error {
	n, err := f.stream.Read(f.extra[:])
	if n > 0 {
		return errLength
	}
	return err
}
