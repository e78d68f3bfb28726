package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/steward"
)

// operations show the life of licenses: one that is pledged, one that is suspended, and a request that waits for the
// second person.
func (s *setup) operations(ctx context.Context) error {
	for _, x := range []struct {
		holder, typeKey string
		asking          steward.Asking
		agreed          bool
	}{
		{"builder-firm", RealEstate, steward.Asking{Action: license.Pledge, Ground: "榕不动产登〔2026〕第0118号", Words: "质权人：闽都银行（演示）福州分行；持证主体与质权人共同申请，同意登记。"}, true},
		{"hotel", PublicPlaceHygiene, steward.Asking{Action: license.Suspend, Ground: "榕卫限〔2026〕第7号"}, true},
		{"hotel", BusinessLicense, steward.Asking{Action: license.Pledge, Ground: "鼓市监质登〔2026〕第12号", Words: "质权人：闽都银行（演示）鼓楼支行；已收到双方签字的申请。"}, false},
	} {
		if err := s.operate(ctx, x.holder, x.typeKey, x.asking, x.agreed); err != nil {
			return fmt.Errorf("operate on a license of %s: %w", x.holder, err)
		}
	}
	return nil
}

func (s *setup) operate(ctx context.Context, holder, typeKey string, a steward.Asking, agreed bool) error {
	l, err := s.firstOf(ctx, s.actors[holder], typeKey)
	if err != nil {
		return err
	}
	a.Identifier = l.Identifier
	clerk, err := s.staffOf(l.IssuerID, authn.RoleClerk)
	if err != nil {
		return err
	}
	r, err := s.app.Steward.Ask(ctx, clerk, a)
	if err != nil || !agreed {
		return err
	}
	reviewer, err := s.staffOf(l.IssuerID, authn.RoleReviewer)
	if err != nil {
		return err
	}
	return s.app.Steward.Approve(ctx, reviewer, r.ID, r.RowVersion)
}

// staffOf is who holds a role in a unit, the first by login.
func (s *setup) staffOf(unitID, role string) (*authn.Actor, error) {
	var logins []string
	for login, a := range s.actors {
		if a.UnitID == unitID && slices.Contains(a.Roles, role) {
			logins = append(logins, login)
		}
	}
	if len(logins) == 0 {
		return nil, fmt.Errorf("unit %s has no %s", unitID, role)
	}
	return s.actors[slices.Min(logins)], nil
}
