package demo

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/config"
)

// Options say how the demonstration runs.
type Options struct {
	Data     string // folder; made if missing
	Database string // database URL; SQLite in the folder if empty
	Addr     string // HOST:PORT to listen on; port 0 picks a free one
	Empty    bool   // an empty platform with one administrator instead of the city
	LAN      bool   // serve the local network over HTTPS with a certificate made for this folder
	Log      *slog.Logger
	Progress func(done, of int) // hears how many licenses of the stock are made; may be nil
	Hash     authn.Params       // cost of password hashes; zero: the default
}

// Server is a running demonstration.
type Server struct {
	App     *app.App
	BaseURL string
	Source  string // address of the registers that keep identity cards and marriages; see SourceFile
	Data    string
	http    *http.Server
	stop    context.CancelFunc
	ended   chan error
	rested  chan struct{} // closed when the background work is over
}

// Start fills the folder if it is new and serves it.
func Start(ctx context.Context, o Options) (*Server, error) {
	l, baseURL, err := listen(ctx, o)
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, o, l, baseURL)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return s, nil
}

// Loopback is this machine, on which the systems of a demonstration and of tests are told of events.
func Loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

func start(ctx context.Context, o Options, l net.Listener, baseURL string) (*Server, error) {
	c := config.Config{Data: o.Data, Database: o.Database, Listen: o.Addr, BaseURL: baseURL, PlatformUnit: PlatformUnit,
		LogOrigin: "yinxin.example/demo", PushNetworks: Loopback()}
	if err := c.Complete(); err != nil {
		return nil, err
	}
	a, err := app.Open(ctx, app.Options{Config: c, Log: o.Log, Demo: true, Maker: Maker, Hash: o.Hash})
	if err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	source, h, err := prepare(ctx, run, a, o)
	if err != nil {
		stop()
		return nil, errors.Join(err, a.Close())
	}
	s := &Server{App: a, BaseURL: baseURL, Source: source, Data: o.Data, stop: stop, ended: make(chan error, 1), rested: make(chan struct{}),
		http: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
			ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn)}}
	go func() {
		defer close(s.rested)
		a.Run(run)
	}()
	go func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.ended <- err
		}
	}()
	return s, nil
}

// prepare starts the registers beside the platform, fills the folder if it is new, and gives what serves. The registers
// end with run.
func prepare(ctx, run context.Context, a *app.App, o Options) (source string, h http.Handler, err error) {
	city, err := Load(Seed, a.Clock.Now())
	if err != nil {
		return "", nil, err
	}
	if source, err = startSource(run, a, city); err != nil {
		return "", nil, err
	}
	if err := errors.Join(startRegisters(run, a, city), startFaceCheck(run, a, city)); err != nil {
		return "", nil, err
	}
	if o.Empty {
		err = SetupEmpty(ctx, a)
	} else {
		err = Setup(ctx, a, o.Progress)
	}
	if err != nil {
		return "", nil, err
	}
	h, err = a.Handler()
	return source, h, err
}

// Wait returns when ctx ends, nil then, or when serving failed.
func (s *Server) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.ended:
		return err
	}
}

// Close ends requests under way and the background work, and closes the database.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := s.http.Shutdown(ctx)
	s.stop()
	<-s.rested
	return errors.Join(err, s.App.Close())
}

// reachable is an address to click on: a listener on all addresses is reached on this machine's own.
func reachable(a net.Addr) string {
	if t, ok := a.(*net.TCPAddr); ok && t.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(t.Port))
	}
	return a.String()
}

// listen opens the port and finds the address under which people reach it.
func listen(ctx context.Context, o Options) (net.Listener, string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", o.Addr)
	if err != nil {
		return nil, "", err
	}
	if !o.LAN {
		return l, "http://" + reachable(l.Addr()), nil
	}
	secure, host, err := secureLAN(l, filepath.Join(o.Data, "lan"))
	if err != nil {
		return nil, "", errors.Join(err, l.Close())
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return secure, "https://" + net.JoinHostPort(host, port), err
}
