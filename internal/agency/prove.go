package agency

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// prove looks into a license of the asker for the other side and gives the 存证编号 of the look; "" when none tells of
// them. The look goes through the door, on the ground of the asker's own license, and is recorded like any other.
func (s *Service) prove(ctx context.Context, actor *authn.Actor, k Kind, self, other holder.Holder) (string, error) {
	var tells []string // the standard fields by which a license tells of the relation
	var names func(fields map[string]string) bool
	switch k {
	case Representative:
		tells = []string{"KZ_FDDBR"} // 营业执照、民办非企业单位登记证书
		names = func(f map[string]string) bool { return f["KZ_FDDBR"] == other.Profile.Name }
	case Guardian:
		tells = []string{"KZ_CYSFZH", "KZ_CYGX"} // 居民户口簿
		names = func(f map[string]string) bool { return isChild(f, self.Profile.Code, other.Profile.Code) }
	default:
		return "", nil
	}
	found, err := s.telling(ctx, self.ID, tells)
	if err != nil {
		return "", err
	}
	for _, id := range found {
		reading, err := s.o.Door.Own(ctx, actor, id, access.Fields)
		if err != nil {
			return "", err
		}
		fields := map[string]string{}
		for _, f := range reading.Fields {
			fields[f.Name] = f.Value
		}
		if names(fields) {
			return reading.RecordNo, nil
		}
	}
	return "", nil
}

// isChild reads from a household book (居民户口簿) whether the head of the household, or the head's spouse, has a child
// of a number. Lists of members have their values joined by ^.
func isChild(fields map[string]string, self, child holder.Code) bool {
	codes, relations := strings.Split(fields["KZ_CYSFZH"], "^"), strings.Split(fields["KZ_CYGX"], "^")
	of := func(c holder.Code) string {
		i := slices.Index(codes, c.Reveal())
		if i < 0 || i >= len(relations) {
			return ""
		}
		return relations[i]
	}
	parent := slices.Contains([]string{"户主", "妻", "夫"}, of(self))
	return parent && slices.Contains([]string{"子", "女", "长子", "长女", "次子", "次女"}, of(child))
}

// telling lists the licenses in force whose type has all of some fields.
func (s *Service) telling(ctx context.Context, holderID string, fields []string) ([]string, error) {
	var found []string
	err := s.o.DB.Read(ctx, func(q *db.Tx) error {
		held, err := s.o.Licenses.Held(ctx, q, holderID, "")
		if err != nil {
			return err
		}
		for _, l := range held {
			if !l.State(s.o.Clock.Now()).Usable() {
				continue
			}
			t, err := s.o.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(fields, func(n string) bool { _, ok := t.Field(n); return !ok }) {
				found = append(found, l.ID)
			}
		}
		return nil
	})
	return found, err
}

// relationEntry is a step of a relation as the log holds it.
type relationEntry struct {
	RelationID  string   `json:"relationId"`
	Step        string   `json:"step"`
	Kind        Kind     `json:"kind"`
	PrincipalID string   `json:"principalId"`
	AgentID     string   `json:"agentId"`
	Powers      []string `json:"powers"`
	ValidTo     string   `json:"validTo,omitempty"`
	AccountID   string   `json:"accountId"`
	UnitID      string   `json:"unitId,omitempty"`
	At          string   `json:"at"`
}

// witness writes a step into the log, so that neither side can deny who was entrusted with what, and until when.
func (s *Service) witness(ctx context.Context, tx *db.Tx, r Relation, step, accountID string) error {
	now := s.o.Clock.Now()
	e := relationEntry{RelationID: r.ID, Step: step, Kind: r.Kind, PrincipalID: r.PrincipalID, AgentID: r.AgentID, Powers: r.Powers,
		AccountID: accountID, UnitID: r.ConfirmedUnit, At: now.Format(time.RFC3339Nano)}
	if !r.ValidTo.IsZero() {
		e.ValidTo = r.ValidTo.Format(time.RFC3339)
	}
	_, err := s.o.Book.Append(ctx, tx, evidence.Event{HolderID: r.PrincipalID, Kind: "relation", At: now, Body: e})
	return err
}
