package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

type serveCmd struct {
	Config string `required:"" placeholder:"FILE" help:"TOML file of the installation."`
}

// Help is the long help of the command.
func (serveCmd) Help() string {
	return `The file names the data folder, the database, the address and the unit that runs the platform:

  data = "/var/lib/yinxin"                 # folder of keys, files and log; needed
  base_url = "https://zz.example.gov.cn"   # how people reach the platform; needed
  platform_unit = "11350100YX001010XH"     # credit code of the unit that runs it and seals copies; needed
  database = "postgres://yinxin@localhost/yinxin"   # left out: SQLite in the data folder
  listen = "127.0.0.1:8080"                # this is the default
  tls_cert = "cert.pem"                    # with tls_key; left out: TLS ends in front of this process
  tls_key = "key.pem"
  proxies = ["10.0.0.0/8"]                 # reverse proxies whose X-Forwarded-For is believed
  log_origin = "zz.example.gov.cn/log"     # name of the transparency log; default: host of base_url and /log
  anchors = "anchors.pem"                  # trusted roots; default: anchors.pem in the data folder
  makers = "makers.pem"                    # trusted seal makers; default: makers.pem in the data folder
  timestamper = "https://tsa.example.gov.cn"   # time stamping authority (RFC 3161); default: the platform's own
  timestampers = "timestampers.pem"        # trusted time stamping authorities; default: in the data folder

  [[keys]]                                 # a signing key in a cryptographic device (SDF, GM/T 0018); as many as needed
  id = "timestamp"                         # whose key it is: key_id of a seal, or "timestamp"
  library = "/usr/lib/libsdf.so"           # of the device's maker
  number = 1                               # of the key in the device
  password = "/etc/yinxin.pin"             # file with the key's password

  [[keys]]                                 # a seal's key at a seal platform; see yinxin reference sealplatform
  id = "seal.35010000000015"
  url = "https://yz.example.gov.cn"
  seal = "35010000000015"                  # code of the seal
  public = "seal.pem"                      # SM2 public key of the seal
  answer = "yz.pem"                        # SM2 public key of the seal platform's answers

  witness_quorum = 2                       # how many witnesses must have cosigned a checkpoint; default: all
  [[witnesses]]                            # other offices' witnesses of the log; see yinxin witness
  name = "市档案馆"
  url = "https://witness.archive.example.gov.cn"
  key = "witness.archive.example.gov.cn+…" # the line of its witness.pub

  [[license_sources]]                      # systems that keep licenses; asked before each use of one; as many as needed
  name = "国家人口基础信息库"
  url = "https://rkk.example.gov.cn/source"
  key = "rkk.pem"                          # SM2 public key of its answers
  types = ["11100000000013338W001"]        # codes of license types

Data of a demonstration are refused. Logs go to standard error, one JSON line each.`
}

// Run serves until it is interrupted.
func (c serveCmd) Run(ctx context.Context, s streams) error {
	cfg, err := config.Read(c.Config)
	if err != nil {
		return err
	}
	log := logger(s.err)
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: log})
	if errs.Code(err) == "demo.data" {
		_, _ = fmt.Fprintln(s.err, "yinxin:", errs.Text("demo.data", "zh", nil), errs.Text("demo.data", "en", nil))
		return errRefused
	}
	if err != nil {
		return err
	}
	return errors.Join(serve(ctx, a, log), a.Close())
}

func serve(ctx context.Context, a *app.App, log *slog.Logger) error {
	h, err := a.Handler()
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", a.Config.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	run, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 2)
	work := make(chan struct{})
	go func() {
		defer close(work)
		a.Run(run)
	}()
	go func() {
		if a.Config.TLSCert != "" {
			ended <- server.ServeTLS(l, a.Config.TLSCert, a.Config.TLSKey)
			return
		}
		ended <- server.Serve(l)
	}()
	log.InfoContext(ctx, "serving", slog.String("listen", l.Addr().String()), slog.String("base_url", a.Config.BaseURL))
	var cause error
	select {
	case <-ctx.Done():
	case cause = <-ended:
	}
	grace, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err = server.Shutdown(grace)
	stop()
	<-work
	return errors.Join(cause, err)
}

type migrateCmd struct {
	Config string `required:"" placeholder:"FILE" help:"TOML file of the installation."`
}

// Run migrates the database.
func (c migrateCmd) Run(ctx context.Context, s streams) error {
	cfg, err := config.Read(c.Config)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, cfg.Database)
	if err != nil {
		return err
	}
	if err := d.Migrate(ctx); err != nil {
		return errors.Join(err, d.Close())
	}
	if err := d.Close(); err != nil {
		return err
	}
	return printJSON(s.out, map[string]any{"migrated": true, "database": d.Dialect()}, false)
}
