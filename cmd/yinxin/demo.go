package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/demo"
)

type demoCodeCmd struct {
	Account string `arg:"" help:"Name of the account, as in accounts.txt."`
	Data    string `default:"yinxin-demo" placeholder:"DIR" help:"Folder of the demonstration's data (${default})."`
}

// Help is the long help of the command.
func (demoCodeCmd) Help() string {
	return `What weighs much — seals, batches, powers, authorisations — needs a strong confirmation: the six digits of an
authenticator app. Each account of the demonstration has one; its secret stands in DIR/accounts.txt for any app to take,
and this command prints what such an app would show. Each code counts once; the next one comes after half a minute.`
}

// Run prints the code.
func (c demoCodeCmd) Run(s streams) error {
	secrets, err := demo.Secrets(c.Data)
	if err != nil {
		return err
	}
	secret := secrets[c.Account]
	if secret == "" {
		_, _ = fmt.Fprintln(s.err, "yinxin: 没有这个账号 no such account:", c.Account)
		return errRefused
	}
	code, err := authn.CodeAt(secret, time.Now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, code)
	return err
}

type demoCmd struct {
	Data     string `default:"yinxin-demo" placeholder:"DIR" help:"Folder for the demonstration's data, made if missing (${default})."`
	Addr     string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on (${default})."`
	Database string `placeholder:"URL" help:"postgres://… instead of the SQLite file in the folder."`
	Empty    bool   `help:"Begin with an empty platform and one administrator, to set everything up by hand." xor:"mode"`
	LAN      bool   `name:"lan" help:"Serve phones in the same network over HTTPS with a certificate made for this folder. Browsers will warn about it once."`
	Once     bool   `xor:"mode" help:"Run the life of one license through the real interface on a free loopback port, print one JSON line a step, leave the files in DIR/out, and end."`
}

// Help is the long help of the command.
func (demoCmd) Help() string {
	return `The first start makes a demonstration city: units of Fuzhou, 34 license types, 89 matters, 300 invented
holders with their licenses, all sealed under a root certificate that exists only in this folder. Accounts and
passwords are made for the folder, printed here and kept in DIR/accounts.txt; the codes of the people and firms
of its stories, to open cases for, are in DIR/cast.json.

With --once it leaves in DIR/out: license.ofd, license.svg, annotated.ofd, receipt.json, proof.json, anchors.pem,
log.pub. Check them with:

  yinxin verify --anchors DIR/out/anchors.pem DIR/out/license.ofd DIR/out/annotated.ofd
  yinxin log verify --key DIR/out/log.pub DIR/out/receipt.json DIR/out/proof.json`
}

// Run runs the demonstration until it is interrupted, or once.
func (c demoCmd) Run(ctx context.Context, s streams) error {
	o := demo.Options{Data: c.Data, Database: c.Database, Addr: c.Addr, Empty: c.Empty, LAN: c.LAN, Log: logger(io.Discard), Progress: progress(s.err)}
	if c.Once {
		o.Addr, o.LAN = "127.0.0.1:0", false
	}
	if c.LAN && strings.HasPrefix(c.Addr, "127.") {
		o.Addr = "0.0.0.0:8443"
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	if !c.Once {
		file, err := os.OpenFile(filepath.Join(c.Data, "yinxin.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		o.Log = logger(file)
	}
	server, err := demo.Start(ctx, o)
	if err != nil {
		return err
	}
	if c.Once {
		err := demo.Once(ctx, server, filepath.Join(c.Data, "out"), s.out)
		if closeErr := server.Close(); closeErr != nil {
			return errors.Join(err, closeErr)
		}
		if err != nil {
			_, _ = fmt.Fprintln(s.err, "yinxin:", err)
			return errRefused
		}
		return nil
	}
	if err := welcome(s.out, server); err != nil {
		return errors.Join(err, server.Close())
	}
	return errors.Join(server.Wait(ctx), server.Close())
}

// progress shows how far the making of the stock has come, on one line.
func progress(w io.Writer) func(done, of int) {
	return func(done, of int) {
		if done%20 == 0 || done == of {
			_, _ = fmt.Fprintf(w, "\r制作演示证照 making demonstration licenses: %d/%d", done, of)
		}
		if done == of {
			_, _ = fmt.Fprintln(w)
		}
	}
}

// shown are the accounts worth beginning with.
var shown = []string{"gl-scjg-clerk", "gl-scjg-approver", "gl-scjg-reviewer", "food-firm", "owner", "hotel-verifier", "digital", "admin"}

func welcome(w io.Writer, s *demo.Server) error {
	passwords, err := demo.Passwords(s.Data)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("\n印信演示已就绪 Yinxin demonstration is ready\n\n")
	fmt.Fprintf(&b, "  首页 portal        %s/\n  工作台 console     %s/console/\n  手机端 phone       %s/m/\n  核验 check         %s/check\n  接口 interface     %s/docs\n\n",
		s.BaseURL, s.BaseURL, s.BaseURL, s.BaseURL, s.BaseURL)
	what := []string{"经办 clerk", "审批 approver", "复核 reviewer", "企业 firm (holder)", "个人 person (holder)", "酒店核验 verifier",
		"数字办 digital office", "系统管理员 administrator"}
	for i, login := range shown {
		if passwords[login] == "" {
			continue // an empty platform
		}
		fmt.Fprintf(&b, "  %-18s %s   %s\n", login, passwords[login], what[i])
	}
	fmt.Fprintf(&b, "\n  其余账号 all accounts: %s\n  确认用验证码 codes to confirm with: yinxin demo-code --data %s ACCOUNT\n  日志 log: %s\n  人口库、婚姻登记 source: %s (yinxin reference source --help)\n  停止 stop: Ctrl+C\n\n",
		filepath.Join(s.Data, demo.AccountsFile), s.Data, filepath.Join(s.Data, "yinxin.log"), s.Source)
	_, err = io.WriteString(w, b.String())
	return err
}
