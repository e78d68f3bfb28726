package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/internal/witness"
)

type witnessCmd struct {
	Name string   `required:"" placeholder:"NAME" help:"What the witness signs as, such as witness.archive.example.gov.cn; never to be changed."`
	Data string   `required:"" placeholder:"DIR" help:"Folder of its key and of what it has signed; made if it is missing."`
	Log  []string `required:"" type:"existingfile" placeholder:"FILE" help:"The public keys of a log to watch (log.pub), obtained where you trust them; as many as needed."`
	Addr string   `default:"127.0.0.1:8097" placeholder:"HOST:PORT" help:"Address to listen on (${default})."`
}

// Help is the long help of the command.
func (witnessCmd) Help() string {
	return `A witness (见证方) remembers of each log the newest checkpoint it has signed and signs another only when that is proved to
extend it. So a platform that changes or drops a record, or shows different logs to different people, gets no more
signatures from honest offices. It sees sizes and hashes only, no record.

It speaks C2SP tlog-witness: POST /add-checkpoint. GET /checkpoint?origin=NAME-OF-THE-LOG gives the newest checkpoint it has
signed, for whoever compares; GET /witness.pub its public key, which the platform enters as a setting:

  [[witnesses]]
  name = "市档案馆"
  url = "https://witness.archive.example.gov.cn"
  key = "witness.archive.example.gov.cn+…"   # the line of witness.pub

Keep the folder. If it is lost, or put back from a copy, begin a new witness with a new name: an old memory could be made to
sign a second history.`
}

// Run serves until it is interrupted.
func (c witnessCmd) Run(ctx context.Context, s streams) error {
	log := logger(s.err)
	var logs [][]*translog.Key
	for _, path := range c.Log {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		keys, err := translog.ParseKeys(b)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		logs = append(logs, keys)
	}
	keys, err := gm.OpenKeyStore(filepath.Join(c.Data, "keys"))
	if err != nil {
		return err
	}
	key, err := keys.Ed25519("witness")
	if err != nil {
		return err
	}
	w, err := witness.Open(witness.Options{Dir: filepath.Join(c.Data, "logs"), Name: c.Name, Key: key, Logs: logs, Logger: log})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(s.out, w.Key()); err != nil {
		return errors.Join(err, w.Close())
	}
	return errors.Join(serveWitness(ctx, c.Addr, w, log), w.Close())
}

func serveWitness(ctx context.Context, addr string, w *witness.Witness, log *slog.Logger) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: w.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	log.InfoContext(ctx, "witnessing", slog.String("listen", l.Addr().String()))
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return server.Shutdown(grace)
}
