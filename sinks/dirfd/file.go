package dirfd

import (
	"io"

	"golang.org/x/sys/unix"
)

// A File is an open file. Reads and writes that a signal cut short are repeated.
type File struct {
	in   *Dir
	name string
	fd   int
}

// OpenFile opens a file to be read. What is no regular file does not block; Stat tells.
func (d *Dir) OpenFile(name string) (File, error) {
	fd, err := d.openat(name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	return File{d, name, fd}, err
}

// Stat looks at the open file.
func (f File) Stat() (Stat, error) {
	var st unix.Stat_t
	err := unix.Fstat(f.fd, &st)
	return statOf(&st), f.in.failed("stat", f.name, err)
}

// Read is that of io.Reader.
func (f File) Read(b []byte) (int, error) {
	n, err := again(func() (int, error) { return unix.Read(f.fd, b) })
	if err != nil {
		return 0, f.in.failed("read", f.name, err)
	}
	if n == 0 && len(b) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Write is that of io.Writer.
func (f File) Write(data []byte) (int, error) {
	for done := 0; done < len(data); {
		n, err := again(func() (int, error) { return unix.Write(f.fd, data[done:]) })
		if err == nil && n == 0 {
			err = io.ErrShortWrite
		}
		if err != nil {
			return done, f.in.failed("write", f.name, err)
		}
		done += n
	}
	return len(data), nil
}

// Close closes the file.
func (f File) Close() error { return unix.Close(f.fd) }
