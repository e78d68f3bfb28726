package demo

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/reference"
)

// SourceFile names the file of the data folder with the address of the demonstration's license source.
const SourceFile = "source.txt"

// sources are the registers that the demonstration's one reference server stands for: names by type key.
var sources = map[string]string{
	IdentityCard:        "国家人口基础信息库（演示）",
	MarriageCertificate: "全国婚姻登记信息库（演示）",
}

// startSource runs the registers that keep identity cards and marriage certificates, as one server on a loopback port,
// so that their failing can be tried. It gives the address; the server ends with ctx.
func startSource(ctx context.Context, a *app.App, city *City) (string, error) {
	signer, err := a.SourceAsker(ctx)
	if err != nil {
		return "", err
	}
	source, err := reference.NewSource(ctx, signer.Public(), a.Clock)
	if err != nil {
		return "", err
	}
	key, err := source.Key()
	if err != nil {
		return "", err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: source, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }()
	context.AfterFunc(ctx, func() { _ = server.Close() })
	address := "http://" + l.Addr().String()
	for typeKey, name := range sources {
		t, err := city.Type(typeKey)
		if err != nil {
			return "", err
		}
		s, err := connect.OpenLicenseSource(connect.SourceOptions{Name: name, Base: address, Key: key, Signer: signer, Clock: a.Clock})
		if err != nil {
			return "", err
		}
		a.UseSource(s, t.Code)
	}
	return address, os.WriteFile(filepath.Join(a.Config.Data, SourceFile), []byte(address+"\n"), 0o600)
}
