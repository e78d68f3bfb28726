package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/ses/tsp"
	"github.com/yinxin-org/yinxin/verify"
)

// forger has the seal's key, and has seen genuine licenses whose identifiers and stamps he copies. Some of his forgeries
// suppose that he has the key of the time stamping authority too, or that he gets a forgery into the log.
type forger struct {
	*drill
	genuine []license.License
	press   *face.Press
	trust   verify.Options // of somebody who checks elsewhere
	own     *tsp.Authority // the forger's
	made    int
}

// forgery is a file with the evidence that the forger ships with it; nil: none.
type forgery struct {
	file           []byte
	receipt, proof []byte
}

// stamper gives a time stamp over a signature value; nil for none.
type stamper func(value []byte) ([]byte, error)

// kinds are the ways to forge, each with what the check must say of it.
func (f *forger) kinds() []struct {
	name, cause string
	make        func(ctx context.Context) (forgery, error)
} {
	before := f.stolen.Add(-time.Minute)
	only := func(at time.Time, stamp func() (stamper, error)) func(context.Context) (forgery, error) {
		return func(context.Context) (forgery, error) {
			s, err := stamp()
			if err != nil {
				return forgery{}, err
			}
			file, err := f.seal1(at, s)
			return forgery{file: file}, err
		}
	}
	return []struct {
		name, cause string
		make        func(ctx context.Context) (forgery, error)
	}{
		{"clock set back, no stamp", "SEAL_REVOKED/burnedUnstamped", only(before, func() (stamper, error) { return nil, nil })},
		{"an authority of his own", "SEAL_REVOKED/burnedUnstamped", only(before, func() (stamper, error) { return f.own.Stamp, nil })},
		{"clock set back by minutes, stamped now", "SEAL_REVOKED/burned", only(before, func() (stamper, error) { return f.authority(f.stolen.Add(time.Minute)) })},
		{"clock set back by a day, stamped now", "SEAL_REVOKED/burnedUnstamped", only(before, func() (stamper, error) { return f.authority(f.now.Now()) })},
		{"the stamp of a genuine file", "SEAL_REVOKED/burnedUnstamped", func(ctx context.Context) (forgery, error) {
			token, err := f.token(ctx)
			if err != nil {
				return forgery{}, err
			}
			file, err := f.seal1(before.Add(-time.Hour+time.Minute), func([]byte) ([]byte, error) { return token, nil })
			return forgery{file: file}, err
		}},
		{"the seal of a genuine file over other contents", "REF_DIGEST/", f.grafted},
		{"the authority's key stolen too", "SEAL_REVOKED/burnedUnlogged", only(before, func() (stamper, error) { return f.authority(before) })},
		{"the same, with the evidence of a genuine file", "SEAL_REVOKED/burnedUnlogged", f.foreignRecord},
		{"the same, logged afterwards under a time before", "SEAL_REVOKED/burnedLate", func(ctx context.Context) (forgery, error) { return f.logged(ctx, before) }},
		{"the same, logged afterwards", "SEAL_REVOKED/burnedLate", func(ctx context.Context) (forgery, error) { return f.logged(ctx, f.now.Now()) }},
	}
}

// all makes n forgeries of every kind and has each judged, by the platform and by somebody elsewhere who has what ships
// with it. It tells how many there are, and how many anybody took for valid or refused for another reason than the true one.
func (f *forger) all(ctx context.Context, n int) (forged, accepted int, err error) {
	if err := f.prepare(ctx); err != nil {
		return 0, 0, err
	}
	for _, kind := range f.kinds() {
		for range n {
			x, err := kind.make(ctx)
			if err != nil {
				return 0, 0, fmt.Errorf("%s: %w", kind.name, err)
			}
			forged++
			here, elsewhere := f.VerifyFile(x.file), f.elsewhere(x)
			if here.Verdict != verify.Valid && elsewhere.Verdict != verify.Valid && says(elsewhere, kind.cause) {
				continue
			}
			accepted++
			_, _ = fmt.Fprintf(os.Stderr, "%s: %s here, %s elsewhere %v\n", kind.name, here.Verdict, elsewhere.Verdict, elsewhere.Causes)
		}
	}
	return forged, accepted, nil
}

func says(r verify.Report, cause string) bool {
	for _, c := range r.Causes {
		if string(c.Code)+"/"+c.Reason == cause {
			return true
		}
	}
	return false
}

func (f *forger) prepare(ctx context.Context) error {
	var err error
	if f.press, err = f.Faces.Press(f.typ); err != nil {
		return err
	}
	f.trust.Now = f.now.Now()
	if err := f.anchors(); err != nil {
		return err
	}
	if err := f.DB.Read(ctx, func(q *db.Tx) error {
		f.trust.RevokedSeals, err = f.Seals.Burned(ctx, q)
		return err
	}); err != nil {
		return err
	}
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		return err
	}
	signer, _, err := gm.SelfCertified(keys, "own", gm.CertRequest{CommonName: "时间戳", Usage: gm.Timestamp,
		NotBefore: f.stolen.AddDate(-1, 0, 0), NotAfter: f.stolen.AddDate(1, 0, 0)}, f.stolen.AddDate(-1, 0, 0))
	if err != nil {
		return err
	}
	f.own, err = tsp.NewAuthority(signer, tsp.Options{Now: func() time.Time { return f.stolen.Add(-time.Minute) }})
	return err
}

// anchors reads whom the platform tells others to trust.
func (f *forger) anchors() error {
	var pem [3][]byte
	for i, path := range []string{f.Config.Anchors, f.Config.Makers, f.Config.Timestampers} {
		var err error
		if pem[i], err = os.ReadFile(path); err != nil {
			return err
		}
	}
	var errs [3]error
	f.trust.Anchors, errs[0] = verify.ParseAnchors(pem[0])
	f.trust.Makers, errs[1] = verify.ParseAnchors(pem[1])
	f.trust.TSA, errs[2] = verify.ParseAnchors(append(pem[2], pem[0]...))
	return errors.Join(errs[:]...)
}

// elsewhere judges a forgery offline, with the platform's roots and list of burned seals and what ships with it. Where
// nothing does, the log does not know it, as the platform would say.
func (f *forger) elsewhere(x forgery) verify.Report {
	o := f.trust
	_, o.Logged = verify.Evidence(f.Book.Pub(), x.receipt, x.proof)
	return verify.File(x.file, o)
}

// authority stamps with the platform's own authority at a time.
func (f *forger) authority(at time.Time) (stamper, error) {
	signer, err := f.Keys.Signer(app.TimestampKey)
	if err != nil {
		return nil, err
	}
	a, err := tsp.NewAuthority(signer, tsp.Options{Now: func() time.Time { return at }})
	if err != nil {
		return nil, err
	}
	return a.Stamp, nil
}

type fixed time.Time

func (t fixed) Now() time.Time { return time.Time(t) }

// seal1 makes a license for nobody that bears a genuine identifier, and seals it with the stolen key at a time.
func (f *forger) seal1(at time.Time, stamp stamper) ([]byte, error) {
	l := f.next()
	name := fmt.Sprintf("冒名商行%d号", f.made)
	day := at.In(clock.Shanghai).Format(time.DateOnly)
	p, err := f.press.License(face.Input{Code: strings.ToLower(rand.Text()), Values: map[string]string{
		"ZZMC": f.typ.Name, "ZZLXDM": f.typ.Code, "ZZBH": fmt.Sprintf("JY%014d", f.made), "ZZBS": l.Identifier, "ZZBFJG": f.issuer.Name,
		"ZZBFJGDM": f.issuer.ID, "ZZBFRQ": day, "CZZT": name, "CZZTDM": "91350102YX00000018", "CZZTDMLX": "统一社会信用代码", "CZZTDMLXDM": "001",
		"ZZYXQQSRQ": day, "ZZYXQJZRQ": "长期", "KZ_FDDBR": "林㛃", "KZ_ZS": "福州市", "KZ_JYCS": "福州市", "KZ_ZTYT": "餐饮服务经营者", "KZ_JYXM": "热食类食品制售"}},
		1, at)
	if err != nil {
		return nil, err
	}
	thief := sealing.Open(sealing.Options{DB: f.DB, Keys: f.Keys, Clock: fixed(at)})
	if stamp != nil {
		thief.UseTimestamp(stamp)
	}
	place, err := face.Place(f.typ.Face, f.typ.Seals[0].Step)
	if err != nil {
		return nil, err
	}
	if err := thief.Sign(p, []sealing.Step{{Seal: f.seal, Places: []sealing.Place{{Box: place}}}}); err != nil {
		return nil, err
	}
	return p.Bytes()
}

// next is a genuine license, another one each time.
func (f *forger) next() license.License {
	f.made++
	return f.genuine[f.made%len(f.genuine)]
}

// token is the time stamp of a genuine file.
func (f *forger) token(ctx context.Context) ([]byte, error) {
	file, err := f.file(ctx, f.next(), false)
	if err != nil {
		return nil, err
	}
	p, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		return nil, err
	}
	list, err := ses.ReadList(p)
	if err != nil {
		return nil, err
	}
	data, _ := p.Entry(list.Items[0].Path)
	m, err := ses.ParseManifest(data)
	if err != nil {
		return nil, err
	}
	name, _ := ses.Resolve(p, list.Items[0].Path, m.ValueLoc)
	value, _ := p.Entry(name)
	sig, err := ses.ParseSignature(value)
	if err != nil {
		return nil, err
	}
	return sig.Timestamp, nil
}

// grafted is a genuine file whose contents say something else, under its own seal and stamp.
func (f *forger) grafted(ctx context.Context) (forgery, error) {
	file, err := f.file(ctx, f.next(), false)
	if err != nil {
		return forgery{}, err
	}
	p, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		return forgery{}, err
	}
	const part = "OFD.xml"
	data, ok := p.Entry(part)
	if other := bytes.Replace(data, []byte("演练"), []byte("冒名"), 1); ok && !bytes.Equal(other, data) {
		if err := p.Put(part, other); err != nil {
			return forgery{}, err
		}
		file, err = p.Bytes()
		return forgery{file: file}, err
	}
	return forgery{}, errors.New("the holder does not stand in the metadata")
}

// foreignRecord ships the evidence of a genuine license with a forgery.
func (f *forger) foreignRecord(ctx context.Context) (x forgery, err error) {
	at := f.stolen.Add(-time.Minute)
	stamp, err := f.authority(at)
	if err != nil {
		return x, err
	}
	if x.file, err = f.seal1(at, stamp); err != nil {
		return x, err
	}
	l := f.genuine[f.made%len(f.genuine)]
	file, err := f.file(ctx, l, false)
	if err != nil {
		return x, err
	}
	x.receipt, x.proof, err = f.Licenses.Evidence(ctx, l.Identifier, gm.SM3(file))
	return x, err
}

// logged ships a record that somebody of the platform got into the log after the theft, under a time.
func (f *forger) logged(ctx context.Context, at time.Time) (x forgery, err error) {
	stamp, err := f.authority(f.stolen.Add(-time.Minute))
	if err != nil {
		return x, err
	}
	if x.file, err = f.seal1(f.stolen.Add(-time.Minute), stamp); err != nil {
		return x, err
	}
	holderID := f.genuine[f.made%len(f.genuine)].HolderID
	var r evidence.Receipt
	err = f.DB.Write(ctx, func(tx *db.Tx) error {
		r, err = f.Book.Append(ctx, tx, evidence.Event{HolderID: holderID, Kind: leaf.License, At: at,
			Body: map[string]string{"action": "publish", "file": fmt.Sprintf("%x", gm.SM3(x.file))}})
		return err
	})
	if err != nil {
		return x, err
	}
	if _, err := f.Book.Sequence(ctx); err != nil {
		return x, err
	}
	receipt, err := f.Book.Receipt(ctx, holderID, r.LeafID)
	if err != nil {
		return x, err
	}
	proof, err := f.Book.Proof(ctx, r.LeafID)
	if err != nil {
		return x, err
	}
	if x.receipt, err = json.Marshal(receipt); err != nil {
		return x, err
	}
	x.proof, err = json.Marshal(proof)
	return x, err
}
