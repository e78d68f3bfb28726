package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/vertical"
)

// pushed lets the tax office's system push proofs of payment: most came well, of one a message is missing, and one cannot
// be carried out.
func (s *setup) pushed(ctx context.Context) error {
	x, err := s.systemNamed(ctx, "税务征管系统（垂管）")
	if err != nil {
		return err
	}
	typ, err := s.city.Type("tax-proof")
	if err != nil {
		return err
	}
	payer := s.city.Holders[len(s.city.Holders)-1] // nobody of the cast: these licenses came without files
	on := clock.Date(s.app.Clock.Now()).AddDate(0, 0, -1)
	var sent []vertical.Message
	add := func(m vertical.Message) vertical.Message {
		m.At, m.Fingerprint = on.Add(10*time.Hour), s.fingerprint(m)
		sent = append(sent, m)
		return m
	}
	for i := range 6 {
		m := add(vertical.Message{Key: fmt.Sprintf("SW%s-%03d", on.Format("0102"), i+1), Seq: 1, Action: vertical.Issue, TypeCode: typ.Code,
			Number: fmt.Sprintf("35%d8%05d", on.Year(), i+1), Holders: []vertical.Person{{Code: payer.Code, Name: payer.Name}},
			IssuedOn: on.Format(time.DateOnly), Fields: map[string]string{"KZ_SZ": "契税", "KZ_PM": "存量房买卖",
				"KZ_SSQ": on.Format(time.DateOnly), "KZ_RKRQ": on.Format(time.DateOnly), "KZ_JE": "12600.00", "KZ_HJDX": "壹万贰仟陆佰元整", "KZ_HJ": "12600.00"}})
		switch i {
		case 1:
			add(vertical.Message{Key: m.Key, Seq: 2, Action: vertical.Change, IssuedOn: m.IssuedOn, Fields: m.Fields})
		case 2:
			add(vertical.Message{Key: m.Key, Seq: 2, Action: vertical.End, Cause: license.Cancelled, Ground: "退税"})
		case 3: // the second one never came
			add(vertical.Message{Key: m.Key, Seq: 3, Action: vertical.End, Cause: license.Cancelled, Ground: "退税"})
		case 4:
			add(vertical.Message{Key: m.Key, Seq: 2, Action: vertical.Change, IssuedOn: m.IssuedOn, Fields: map[string]string{"KZ_SZ": "契税"}})
		}
	}
	desk := s.verticalAt(on.Add(11 * time.Hour))
	if _, err := desk.Take(ctx, x, append(sent, sent[0])); err != nil {
		return err
	}
	return s.reconciled(ctx, desk, x, on.Format(time.DateOnly), sent)
}

// reconciled compares the day before the demonstration begins by its list, and the one before that, on which nothing came.
func (s *setup) reconciled(ctx context.Context, desk *vertical.Desk, x org.System, day string, sent []vertical.Message) error {
	list := []vertical.Entry{}
	for _, m := range sent {
		list = append(list, vertical.Entry{Key: m.Key, Seq: m.Seq, Fingerprint: m.Fingerprint})
	}
	lost := vertical.Message{Key: sent[len(sent)-2].Key, Seq: 9}
	list = append(list, vertical.Entry{Key: lost.Key, Seq: lost.Seq, Fingerprint: s.fingerprint(lost)})
	if _, err := desk.Reconcile(ctx, x, vertical.Manifest{Day: day, Count: int64(len(list)), Hash: vertical.Hash(list), List: list}); err != nil {
		return err
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return err
	}
	_, err = desk.Reconcile(ctx, x, vertical.Manifest{Day: at.AddDate(0, 0, -1).Format(time.DateOnly), Hash: vertical.Hash(nil)})
	return err
}

func (s *setup) fingerprint(m vertical.Message) string {
	return fmt.Sprintf("%064x", s.app.Holders.Digest("demo", fmt.Sprintf("%s %d", m.Key, m.Seq)))
}

// verticalAt takes messages in as it was done before the demonstration began.
func (s *setup) verticalAt(t time.Time) *vertical.Desk {
	return vertical.New(vertical.Options{DB: s.app.DB, Clock: clock.At(t), Trail: s.app.Trail, Units: s.app.Units, Types: s.app.Types,
		Holders: s.app.Holders, Licenses: s.app.Licenses, Hall: s.app.Hall, Steward: s.app.Steward, Verify: s.app.VerifyFile})
}
