package world

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/sealing"
)

// Elsewhere is a license as the system that keeps it made it; the platform has seen nothing of it yet.
type Elsewhere struct {
	TypeCode   string
	IssuerID   string
	HolderID   string
	Identifier string
	Digest     string
	File       []byte
}

// Elsewhere makes a license of a member of the cast outside of the platform, of a type that they hold one of already. It is
// sealed by whom the world trusts, or, without seals, by nobody. The serial tells one from another.
func (w *World) Elsewhere(t testing.TB, key, cast, serial string, sealed bool) Elsewhere {
	t.Helper()
	typ, err := w.City.Type(key)
	if err != nil {
		t.Fatal(err)
	}
	c := w.Cast(t, cast)
	x := Elsewhere{TypeCode: typ.Code, IssuerID: typ.Issuers[0], HolderID: w.HolderID(t, cast)}
	x.Identifier, err = gbcode.MintIdentifier(gbcode.Identifier{TypeCode: x.TypeCode, IssuerCode: x.IssuerID, Serial: serial, Version: 1})
	if err != nil {
		t.Fatal(err)
	}
	issuer, _ := w.City.Unit(x.IssuerID)
	_, kind, err := holder.ParseCode(c.Code, "")
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"ZZMC": typ.Name, "ZZLXDM": typ.Code, "ZZBH": c.Code, "ZZBS": x.Identifier, "ZZBFJG": issuer.Name,
		"ZZBFJGDM": x.IssuerID, "ZZBFRQ": "2026-03-02", "CZZT": c.Name, "CZZTDM": c.Code, "CZZTDMLXDM": kind, "ZZYXQQSRQ": "2026-03-02", "ZZYXQJZRQ": "长期"}
	for _, l := range w.City.Licenses {
		if l.Type == typ.Code && slices.Contains(l.Holders, c.Code) {
			maps.Copy(values, l.Fields)
		}
	}
	steps := []sealing.Step{}
	w.Read(t, func(ctx context.Context, q *db.Tx) error {
		for _, p := range typ.Seals {
			seal, err := w.Seals.Usable(ctx, q, x.IssuerID, sealing.ForLicenses)
			if err != nil {
				return err
			}
			place, err := face.Place(typ.Face, p.Step)
			if err != nil {
				return err
			}
			steps = append(steps, sealing.Step{Seal: seal, Places: []sealing.Place{{Box: place}}})
		}
		return nil
	})
	p, err := w.Faces.License(typ, face.Input{Values: values, Code: strings.Repeat("a", 26)}, len(steps), w.Now.Now())
	if err != nil {
		t.Fatal(err)
	}
	if sealed {
		if err := w.Seals.Sign(p, steps); err != nil {
			t.Fatal(err)
		}
	}
	if x.File, err = p.Bytes(); err != nil {
		t.Fatal(err)
	}
	x.Digest = fmt.Sprintf("%x", gm.SM3(x.File))
	return x
}
