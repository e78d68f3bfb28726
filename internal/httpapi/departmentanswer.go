package httpapi

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

// departmentCodes are the result codes of GB/T 36906 for what can be wrong with a request.
var departmentCodes = map[string]string{
	"license.no-file": "2", "type.no-face": "2", "license.source-down": "2", "license.source-none": "2", "license.source-wrong": "2", "license.kept-elsewhere": "2",
	"license.unknown": "10",
	"feed.signature":  "11", "caller.replay": "11", "caller.unknown": "11", "caller.address": "11", "caller.period": "11",
	"caller.element": "12", "type.unknown": "13", "caller.unit": "102", "caller.matter": "102",
	"caller.holder-code": "103", "caller.no-number": "109", "caller.no-holder": "110",
}

// barredBy is a refusal because of the state of a license.
type barredBy struct {
	*access.Refusal
	state license.State
}

func (b barredBy) Unwrap() error { return b.Refusal }

// barred adds the state of the license to a refusal that rests on nothing else.
func barred(err error, licenses []license.License, now time.Time) error {
	r, ok := errors.AsType[*access.Refusal](err)
	if !ok || r.Reasons[0] != "access.license.state" || len(licenses) == 0 {
		return err
	}
	return barredBy{r, licenses[0].State(now)}
}

// statusOfRefusal is the result code of a refusal.
func statusOfRefusal(err error) string {
	b, ok := errors.AsType[barredBy](err)
	switch {
	case !ok:
		return "100"
	case b.state == license.Expired:
		return "22"
	case b.state.Verdict() == "ended":
		return "21"
	}
	return "23"
}

// answered puts what an operation gave into the envelope of GB/T 36906. What is wrong with the service itself stays an error.
func answered[R any](lang string, do func() (*R, string, error)) (*departmentOutput[R], error) {
	out := &departmentOutput[R]{}
	data, recordNo, err := do()
	h := &out.Body.Head
	h.RecordNo = recordNo
	if err == nil {
		h.Status, h.Message, out.Body.Data = "0", errs.Text("department.ok", lang, nil), data
		return out, nil
	}
	if r, ok := errors.AsType[*access.Refusal](err); ok {
		h.Status, h.RecordNo = statusOfRefusal(err), r.RecordNo
		for _, code := range r.Told() {
			h.Reasons = append(h.Reasons, *reasonOf(code, nil))
		}
		h.Message = errs.Text(r.Reasons[0], lang, nil)
		return out, nil
	}
	e := errs.Of(err)
	status, known := departmentCodes[e.Code]
	if !known {
		switch e.Kind {
		case errs.Conflict, errs.NotFound, errs.Gone:
			status = "2"
		default:
			return nil, err
		}
	}
	h.Status, h.Message, h.Reasons = status, errs.Text(e.Code, lang, e.Args), []Reason{*reasonOf(e.Code, e.Args)}
	return out, nil
}

// DepartmentLicense is what stands on a license, by the names of GB/T 36906. What the case does not need is not there.
type DepartmentLicense struct {
	CertificateID string              `json:"certificateIdentifier"`
	TypeName      string              `json:"certificateType"`
	TypeCode      string              `json:"certificateTypeCode"`
	Name          string              `json:"certificateName,omitempty"`
	Number        string              `json:"certificateNumber,omitempty"`
	Holder        string              `json:"certificateHolder,omitempty"`
	HolderCode    string              `json:"certificateHolderCode,omitempty"`
	HolderType    string              `json:"certificateHolderType,omitempty"`
	IssueDept     string              `json:"issueDept,omitempty"`
	IssueDeptCode string              `json:"issueDeptCode"`
	IssueDate     string              `json:"issueDate,omitempty"`
	ValidateStart string              `json:"certificateValidateStart,omitempty"`
	ValidateEnd   string              `json:"certificateValidateEnd,omitempty"`
	AreaCode      string              `json:"certificateAreaCode,omitempty"`
	State         string              `json:"certificateState"`
	Surface       []DepartmentSurface `json:"surface"`
	RecordNo      string              `json:"recordNo" doc:"存证编号"`
}

// DepartmentSurface is one value of the face.
type DepartmentSurface struct {
	Name       string `json:"name"`
	Value      string `json:"value"`
	ValueType  string `json:"valueType" enum:"text,date,number,code,photo"`
	ColumnName string `json:"columnName"`
}

// departmentLicense writes a reading by the names of GB/T 36906: the base elements by theirs, the type's own as the surface.
func departmentLicense(r access.Reading) DepartmentLicense {
	out := DepartmentLicense{CertificateID: r.License.Identifier, TypeName: r.Type.Name, TypeCode: r.Type.Code, IssueDeptCode: r.License.IssuerID,
		State: string(r.License.State(r.At)), Surface: []DepartmentSurface{}, RecordNo: r.RecordNo}
	base := map[string]*string{"ZZMC": &out.Name, "ZZBH": &out.Number, "CZZT": &out.Holder, "CZZTDM": &out.HolderCode, "CZZTDMLX": &out.HolderType,
		"ZZBFJG": &out.IssueDept, "ZZBFRQ": &out.IssueDate, "ZZYXQQSRQ": &out.ValidateStart, "ZZYXQJZRQ": &out.ValidateEnd}
	for _, f := range r.Fields {
		kind := "text"
		if x, ok := r.Type.Field(f.Name); ok {
			kind = x.Type
		}
		value := f.Value
		if kind == "date" {
			value = compact(value)
		}
		if to, ok := base[f.Name]; ok {
			*to = value
			continue
		}
		out.Surface = append(out.Surface, DepartmentSurface{Name: f.Label, Value: value, ValueType: kind, ColumnName: f.Name})
	}
	return out
}

// compact writes a day as GB/T 36903 does: 20060102.
func compact(day string) string { return strings.ReplaceAll(day, "-", "") }

func (d Deps) typeVersion(ctx context.Context, l license.License) (t *catalog.Type, err error) {
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		t, err = d.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
		return err
	})
	return t, err
}
