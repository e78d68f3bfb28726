package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"time"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/upload"
)

// application is what somebody of the cast has applied for from home when the demonstration begins.
type application struct {
	login   string
	matter  string                  // code of the matter
	event   string                  // or of the life event
	parties map[matter.Party]string // cast keys
	values  map[string]string
	files   []int // materials that files are handed in for
	handIn  bool
	correct []casefile.CorrectionItem // what the clerk asks to correct
	clerk   string                    // who takes it, if anybody
}

var applications = []application{
	// Begun and not finished: waits for the applicant.
	{login: "clinic-firm", matter: "11350102YX010004114350123904001", parties: map[matter.Party]string{matter.Representative: "dentist"},
		values: map[string]string{}},
	// Handed in without a single file: waits to be taken by the unit.
	{login: "tea-firm", matter: "11350102YX0100017G4350131939001", parties: map[matter.Party]string{matter.Representative: "baker"},
		values: map[string]string{"place": "福州市鼓楼区东街街道茉莉路18号"}, handIn: true},
	// Sent back for correction.
	{login: "freight-firm", matter: "11350100YX0010062E3350118906001", parties: map[matter.Party]string{matter.Representative: "carrier"},
		files: []int{3, 4}, handIn: true, clerk: "fz-jtj-clerk",
		correct: []casefile.CorrectionItem{{Seq: 3, Text: "照片看不清车牌，请重新拍照上传。"}}},
	// A child is born: four matters of four offices, the first one waits to be taken.
	{login: "mother", event: "newborn", parties: map[matter.Party]string{matter.Spouse: "father", matter.Child: "baby"},
		values: map[string]string{"sex": "女", "bornAt": "2024年2月29日8时30分", "weeks": "39", "weight": "3200", "length": "50", "place": "福建省福州市",
			"hospital": "福州市榕印医院（演示）", "motherAge": "31", "birthday": "2024-02-29", "relation": "女"},
		files: []int{4}, handIn: true},
}

// sampleFile draws what the applicants of the demonstration hand in: a sheet with grey lines for words.
func sampleFile() ([]byte, error) {
	page := image.NewGray(image.Rect(0, 0, 240, 320))
	for y := range 320 {
		for x := range 240 {
			shade := color.Gray{Y: 245}
			if y > 30 && y < 280 && y%20 < 6 && x > 24 && x < 216-y%7*8 {
				shade.Y = 150
			}
			page.SetGray(x, y, shade)
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, page)
	return b.Bytes(), err
}

// applications applies as the cast would.
func (s *setup) applications(ctx context.Context) error {
	for _, a := range applications {
		if err := s.applyFor(ctx, a); err != nil {
			return fmt.Errorf("application of %s: %w", a.login, err)
		}
	}
	return nil
}

func (s *setup) applyFor(ctx context.Context, a application) error {
	actor, parties := s.actors[a.login], map[matter.Party]hall.Person{}
	for role, key := range a.parties {
		h, ok := s.city.Cast(key)
		if !ok {
			return fmt.Errorf("the cast has no %s", key)
		}
		parties[role] = hall.Person{Code: h.Code, Name: h.Name}
	}
	if a.event != "" {
		return s.applyForEvent(ctx, a, parties)
	}
	no, err := s.app.Hall.Apply(ctx, actor, hall.Application{MatterCode: a.matter, Parties: parties})
	if err != nil || a.values == nil && len(a.files) == 0 {
		return err
	}
	v, err := s.app.Hall.Application(ctx, actor, no)
	if err != nil {
		return err
	}
	if a.handIn {
		a.values = answers(v, a.values)
	}
	if err := s.app.Hall.SaveForm(ctx, actor, no, v.Case.RowVersion, a.values); err != nil {
		return err
	}
	if err := s.attach(ctx, a, no); err != nil {
		return err
	}
	if !a.handIn {
		return nil
	}
	if err := s.app.Hall.HandIn(ctx, actor, no, 0); err != nil {
		return err
	}
	return s.sendBack(ctx, a, no)
}

func (s *setup) attach(ctx context.Context, a application, no string) error {
	for _, seq := range a.files {
		data, err := sampleFile()
		if err != nil {
			return err
		}
		if _, err := s.app.Hall.Attach(ctx, s.actors[a.login], no, seq, upload.File{Name: "照片.png", Data: data}); err != nil {
			return err
		}
	}
	return nil
}

// sendBack lets a clerk take a case and ask for its correction.
func (s *setup) sendBack(ctx context.Context, a application, no string) error {
	if a.clerk == "" {
		return nil
	}
	clerk := s.actors[a.clerk]
	v, err := s.app.Hall.Look(ctx, clerk, no)
	if err != nil {
		return err
	}
	if err := s.app.Hall.Take(ctx, clerk, no, v.Case.RowVersion); err != nil {
		return err
	}
	if v, err = s.app.Hall.Look(ctx, clerk, no); err != nil {
		return err
	}
	return s.app.Hall.AskCorrection(ctx, clerk, no, v.Case.RowVersion, a.correct)
}

func (s *setup) applyForEvent(ctx context.Context, a application, parties map[matter.Party]hall.Person) error {
	actor := s.actors[a.login]
	id, err := s.app.Hall.ApplyEvent(ctx, actor, hall.EventApplication{EventCode: a.event, Parties: parties})
	if err != nil {
		return err
	}
	v, err := s.app.Hall.BundleOf(ctx, actor, id)
	if err != nil {
		return err
	}
	values := map[string]string{}
	for _, step := range v.Steps {
		maps.Copy(values, answers(step, a.values))
	}
	if err := s.app.Hall.SaveBundleForm(ctx, actor, id, values); err != nil {
		return err
	}
	if err := s.attach(ctx, a, v.Steps[0].Case.No); err != nil {
		return err
	}
	return s.app.Hall.HandInBundle(ctx, actor, id)
}

// answers are the values for the fields that an applicant has to fill in: those given, and the first choice of the others.
func answers(v hall.ApplicationView, given map[string]string) map[string]string {
	out, pending := map[string]string{}, hall.Pending(v.Materials)
	for _, f := range v.Matter.Form {
		value, ok := given[f.Name]
		switch {
		case v.Case.Form[f.Name].Text != "" && !ok || pending[hall.FilledBy(f)] && f.Locked:
		case ok:
			out[f.Name] = value
		case !f.Required:
		case len(f.Options) > 0:
			out[f.Name] = f.Options[0]
		case f.Type == "number":
			out[f.Name] = "3"
		case f.Type == "date":
			out[f.Name] = v.Case.OpenedAt.In(clock.Shanghai).Format(time.DateOnly)
		default:
			out[f.Name] = "福州市"
		}
	}
	return out
}
