package demo

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/catalog"
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
	address, err := serveBeside(ctx, source)
	if err != nil {
		return "", err
	}
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

// RegisterFile names the file of the data folder with the address of the demonstration's base registers.
const RegisterFile = "register.txt"

// registers are the names of the base registers that the demonstration's one reference server stands for.
var registers = map[string]string{
	catalog.Population:  "人口基础信息库（演示）",
	catalog.LegalBase:   "法人基础信息库（演示）",
	catalog.Institution: "事业单位基础信息库（演示）",
}

// startRegisters runs the base registers, which know the city's people and firms, as one server on a loopback port. It ends
// with ctx.
func startRegisters(ctx context.Context, a *app.App, city *City) error {
	signer, err := a.SourceAsker(ctx)
	if err != nil {
		return err
	}
	server, err := reference.NewBaseRegister(ctx, signer.Public(), a.Clock)
	if err != nil {
		return err
	}
	server.Tell(reference.RegisterOrder{Entries: city.registered()})
	key, err := server.Key()
	if err != nil {
		return err
	}
	address, err := serveBeside(ctx, server)
	if err != nil {
		return err
	}
	for kind, name := range registers {
		r, err := connect.OpenBaseRegister(connect.BaseRegisterOptions{Kind: kind, Name: name, Base: address, Key: key, Signer: signer, Clock: a.Clock})
		if err != nil {
			return err
		}
		a.UseRegister(kind, r)
	}
	return os.WriteFile(filepath.Join(a.Config.Data, RegisterFile), []byte(address+"\n"), 0o600)
}

// registered are the city's people and firms as base registers know them.
func (c *City) registered() map[string]reference.Entries {
	people, firms := reference.Entries{}, reference.Entries{}
	for _, h := range c.Holders {
		if h.Kind == catalog.Natural {
			people[h.Code] = map[string]string{"name": h.Name, "sex": h.Sex, "nation": h.Nation, "born": iso(h.Born), "address": h.Address}
			continue
		}
		firms[h.Code] = map[string]string{"name": h.Name, "address": h.Address}
		if r, ok := c.Holder(h.Representative); ok {
			firms[h.Code]["representative"] = r.Name
		}
	}
	for n := 1; n <= newShops; n++ {
		row := shop(n)
		firms[row[0]] = map[string]string{"name": row[1], "representative": row[2]}
	}
	return map[string]reference.Entries{catalog.Population: people, catalog.LegalBase: firms}
}

// FaceFile names the file of the data folder with the address of the demonstration's face check service.
const FaceFile = "face.txt"

// startFaceCheck runs a face check service on a loopback port, which takes any picture of the city's people for theirs. It ends with
// ctx.
func startFaceCheck(ctx context.Context, a *app.App, city *City) error {
	signer, err := a.SourceAsker(ctx)
	if err != nil {
		return err
	}
	server, err := reference.NewFaceService(ctx, signer.Public(), a.Clock)
	if err != nil {
		return err
	}
	people := map[string]string{}
	for _, h := range city.Holders {
		if h.Kind == catalog.Natural {
			people[connect.FaceSubject(h.Name, h.Code)] = ""
		}
	}
	server.Tell(reference.FaceOrder{People: people})
	key, err := server.Key()
	if err != nil {
		return err
	}
	address, err := serveBeside(ctx, server)
	if err != nil {
		return err
	}
	f, err := connect.OpenFaceService(connect.FaceOptions{Base: address, Key: key, Signer: signer, Clock: a.Clock})
	if err != nil {
		return err
	}
	a.UseFaceCheck(f)
	return os.WriteFile(filepath.Join(a.Config.Data, FaceFile), []byte(address+"\n"), 0o600)
}

// serveBeside serves a reference system on a loopback port until ctx ends, and gives its address.
func serveBeside(ctx context.Context, h http.Handler) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }()
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return "http://" + l.Addr().String(), nil
}
