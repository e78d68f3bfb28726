package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
)

// Accounts that prepare license types: of the province, which defines, and of a district, which issues.
const (
	definerCatalog = "fj-scjg-catalog"
	issuerCatalog  = "gl-scjg-catalog"
)

// drafts leaves license types on the desks of those who prepare and review them: a next version begun, a new type
// that waits for review, one that was returned; and a national standard to be followed.
func (s *setup) drafts(ctx context.Context) error {
	return s.app.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.app.Types.Begin(ctx, tx, s.actors[definerCatalog], catalog.Beginning{TypeCode: s.city.codeOf(FoodMaking),
			Note: "拟增加“网络经营”字段，征求意见中", Reason: "按新办法修订照面"}); err != nil {
			return fmt.Errorf("begin the next version of a type: %w", err)
		}
		if _, err := s.submitted(ctx, tx, definerCatalog, "workshop", "新增小作坊登记证，请审核"); err != nil {
			return err
		}
		d, err := s.submitted(ctx, tx, issuerCatalog, "canteen", "区级证书申请纳入目录")
		if err != nil {
			return err
		}
		if err := s.app.Types.ReviewDraft(ctx, tx, s.actors[digitalOffice], d.ID, d.RowVersion, catalog.Verdict{
			Opinion: "同类证照应由省级主管部门统一名称、照面和元数据，请先与省市场监管局商定。"}); err != nil {
			return fmt.Errorf("return a draft: %w", err)
		}
		return s.standard(ctx, tx)
	})
}

// submitted begins a type from its file and submits it.
func (s *setup) submitted(ctx context.Context, tx *db.Tx, login, key, reason string) (catalog.Draft, error) {
	var t catalog.Type
	if err := decode("drafts/"+key+".json", &t); err != nil {
		return catalog.Draft{}, err
	}
	d, err := s.app.Types.Begin(ctx, tx, s.actors[login], catalog.Beginning{Type: &t, Note: reason, Reason: reason})
	if err != nil {
		return catalog.Draft{}, fmt.Errorf("begin type %s: %w", key, err)
	}
	d, err = s.app.Types.SubmitDraft(ctx, tx, s.actors[login], d.ID, d.RowVersion, reason)
	if err != nil {
		return catalog.Draft{}, fmt.Errorf("submit type %s: %w", key, err)
	}
	return d, nil
}

// standard enters a standard that the food permits do not follow yet. Its number is made up.
func (s *setup) standard(ctx context.Context, tx *db.Tx) error {
	x := catalog.Standard{Code: "C 9001—2026（演示）", Title: "全国一体化政务服务平台 电子证照 食品经营许可证（演示）",
		PublishedOn: s.day(-45).Format(time.DateOnly), EffectiveOn: s.day(60).Format(time.DateOnly), DueOn: s.day(240).Format(time.DateOnly),
		Types: []string{s.city.codeOf(FoodPermit), s.city.codeOf(FoodMaking)}}
	if err := s.app.Types.PutStandard(ctx, tx, s.actors[digitalOffice], x, "国家标准发布，动态跟踪（任务6）"); err != nil {
		return fmt.Errorf("enter a standard: %w", err)
	}
	return nil
}
