package sdf

import (
	"errors"
	"sync"
	"time"
)

// Options say which device is opened and how many may use it at a time.
type Options struct {
	Library  string        // path of the maker's shared library
	Sessions int           // that are opened at most; zero: 8
	Wait     time.Duration // for a session while all are taken; zero: 5 seconds
}

// Device is an open device. It is safe for concurrent use.
type Device struct {
	lib  *library
	wait time.Duration
	turn chan struct{} // one place for each session that may be in use
	back chan struct{} // told once for each session given back

	mu     sync.Mutex // guards what follows
	link   *link      // the present one
	idle   []*session // all of the present link
	closed bool
}

// link is one opening of the device. After a loss it is dead: it goes when its last session has gone.
type link struct {
	handle   uintptr
	sessions int
	dead     bool
}

// session serves one caller at a time.
type session struct {
	link     *link
	handle   uintptr
	unlocked map[uint32]bool // keys that this session has the right to use
}

// Open loads the library and opens the device.
func Open(o Options) (*Device, error) {
	lib, err := load(o.Library)
	if err != nil {
		return nil, err
	}
	if o.Sessions == 0 {
		o.Sessions = 8
	}
	if o.Wait == 0 {
		o.Wait = 5 * time.Second
	}
	d := &Device{lib: lib, wait: o.Wait, turn: make(chan struct{}, o.Sessions), back: make(chan struct{}, o.Sessions)}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.relink(); err != nil {
		return nil, err
	}
	return d, nil
}

// Close closes the device when the signatures that are being made have been made; later ones give ErrClosed.
func (d *Device) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	return d.unlink()
}

// Random fills p with random bytes from the device.
func (d *Device) Random(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	return d.do(func(s *session) error {
		return check("SDF_GenerateRandom", d.lib.random(s.handle, uint32(len(p)), &p[0]))
	})
}

// do runs a call in a session. When the device turns out to be lost it is opened again and asked once more: nothing that
// is asked of it has an effect that must not come twice.
func (d *Device) do(call func(*session) error) error {
	stop := time.NewTimer(d.wait)
	defer stop.Stop()
	select {
	case d.turn <- struct{}{}:
	case <-stop.C:
		return ErrBusy
	}
	defer func() { <-d.turn }()
	err := d.once(call, stop.C)
	if errors.Is(err, ErrLost) {
		err = d.once(call, stop.C)
	}
	return err
}

func (d *Device) once(call func(*session) error, stop <-chan time.Time) error {
	s, err := d.take(stop)
	if err != nil {
		return err
	}
	err = call(s)
	d.give(s, err)
	return err
}

// take finds or opens a session. A device that gives fewer than we may use, because others use it too, is waited for
// as long as we hold one that can come back.
func (d *Device) take(stop <-chan time.Time) (*session, error) {
	for {
		s, held, err := d.open()
		if !errors.Is(err, ErrBusy) || held == 0 {
			return s, err
		}
		select {
		case <-d.back:
		case <-stop:
			return nil, err
		}
	}
}

// open returns a session, or how many are held when the device gives no more.
func (d *Device) open() (s *session, held int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, 0, ErrClosed
	}
	if d.link == nil {
		if err := d.relink(); err != nil {
			return nil, 0, err
		}
	}
	if n := len(d.idle); n > 0 {
		s, d.idle = d.idle[n-1], d.idle[:n-1]
		return s, 0, nil
	}
	s = &session{link: d.link, unlocked: map[uint32]bool{}}
	if err := check("SDF_OpenSession", d.lib.openSession(d.link.handle, &s.handle)); err != nil {
		held := d.link.sessions
		if errors.Is(err, ErrLost) {
			_ = d.unlink()
		}
		return nil, held, err
	}
	d.link.sessions++
	return s, 0, nil
}

// give takes a session back. One that a call failed in is closed rather than trusted again.
func (d *Device) give(s *session, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if errors.Is(err, ErrLost) && s.link == d.link {
		_ = d.unlink()
	}
	if err == nil && s.link == d.link {
		d.idle = append(d.idle, s)
	} else {
		_ = d.end(s)
	}
	select {
	case d.back <- struct{}{}:
	default:
	}
}

// relink opens the device. The caller holds the lock.
func (d *Device) relink() error {
	fresh := new(link)
	if err := check("SDF_OpenDevice", d.lib.openDevice(&fresh.handle)); err != nil {
		return err
	}
	d.link = fresh
	return nil
}

// unlink lets go of the present link and its idle sessions. The caller holds the lock.
func (d *Device) unlink() error {
	old, idle := d.link, d.idle
	d.link, d.idle = nil, nil
	if old == nil {
		return nil
	}
	old.dead = true
	if old.sessions == 0 {
		return check("SDF_CloseDevice", d.lib.closeDevice(old.handle))
	}
	var errs []error
	for _, s := range idle {
		errs = append(errs, d.end(s))
	}
	return errors.Join(errs...)
}

// end closes a session, and with the last one of a dead link the link. The caller holds the lock.
func (d *Device) end(s *session) error {
	err := check("SDF_CloseSession", d.lib.closeSession(s.handle))
	s.link.sessions--
	if s.link.dead && s.link.sessions == 0 {
		err = errors.Join(err, check("SDF_CloseDevice", d.lib.closeDevice(s.link.handle)))
	}
	return err
}
