package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/caller"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/verify"
)

const tagDepartment = "部门共享接口 Share interface (GB/T 36906)"

// departmentPath is where the operations of GB/T 36906 stand, one a path.
const departmentPath = "/api/v1/elssp/"

// departmentMost bounds the body of verifyFile: a license file in base64.
const departmentMost = MaxFile/3*4 + MaxBody

// DepartmentHead is who asks and for what: the five elements (用证五要素), all of them required. They are held against the
// ledger and the case as it stands.
type DepartmentHead struct {
	OrgName      string          `json:"orgName,omitempty" maxLength:"200" doc:"单位: name of the system's unit."`
	Username     string          `json:"username,omitempty" maxLength:"100" doc:"经办人: user name, in the department's system, of the clerk who handles the case."`
	ItemName     string          `json:"itemName,omitempty" maxLength:"200" doc:"事项名称"`
	ItemCode     string          `json:"itemCode,omitempty" maxLength:"40" doc:"事项编码"`
	BusinessCode string          `json:"businessCode,omitempty" maxLength:"40" pattern:"^[A-Za-z0-9-]*$" doc:"办件编号"`
	Case         *DepartmentCase `json:"case,omitempty" doc:"暂认办件: the system vouches for a case whose data have not been sent yet; they must come within hours and say the same."`
}

// DepartmentCase is what a system vouches for.
type DepartmentCase struct {
	Stage          string            `json:"stage" enum:"accept,decide"`
	OpenedAt       time.Time         `json:"openedAt"`
	Applicant      DepartmentPerson  `json:"applicant"`
	Representative *DepartmentPerson `json:"representative,omitempty"`
	Spouse         *DepartmentPerson `json:"spouse,omitempty"`
	Child          *DepartmentPerson `json:"child,omitempty"`
}

// DepartmentPerson is a party of a case.
type DepartmentPerson struct {
	Code string `json:"code" maxLength:"18"`
	Name string `json:"name" maxLength:"100"`
}

// departmentInput is a signed request of the group.
type departmentInput[D any] struct {
	Language
	Signature
	Nonce   string `header:"X-Yinxin-Nonce" maxLength:"64" doc:"16 to 64 letters, digits, - or _, never used before. It stands in the signed text on a line of its own, between time and digest."`
	RawBody []byte
	Body    struct {
		Head DepartmentHead `json:"head"`
		Data D              `json:"data"`
	}
}

// DepartmentStatus is how an operation went.
type DepartmentStatus struct {
	Status   string   `json:"status" doc:"0 成功, 2 证照源未提供, 10 未找到, 11 身份验证不通过, 12 必填参数为空, 13 证照类型不存在或未发布, 21 已废止或已注销, 22 已过期, 23 受限使用, 100 无权限, 102 参数值错误, 103 持证主体代码不规范, 109 缺证照编号, 110 缺持证主体代码, 113 类型代码有误."`
	Message  string   `json:"message"`
	Reasons  []Reason `json:"reasons,omitempty" doc:"The rules that refused, each with a stable code. Of a license that is no party's no more is told than that."`
	RecordNo string   `json:"recordNo,omitempty" doc:"存证编号 of the record of this use; also of a refusal."`
}

// departmentOutput is the answer to it.
type departmentOutput[R any] struct {
	Body struct {
		Head DepartmentStatus `json:"head"`
		Data *R               `json:"data,omitempty"`
	}
}

// DepartmentByID names a license by its identifier.
type DepartmentByID struct {
	CertificateID string `json:"CertificateID,omitempty" maxLength:"128" doc:"电子证照标识"`
	UseFor        string `json:"UseFor,omitempty" maxLength:"200" doc:"Taken for compatibility; what the use is for stands in the head."`
	Mode          string `json:"Mode,omitempty" maxLength:"20" doc:"Taken for compatibility; files come as base64."`
}

// DepartmentByHolder names licenses by their holder.
type DepartmentByHolder struct {
	CertificateHolderCode string `json:"CertificateHolderCode,omitempty" maxLength:"18"`
	CertificateHolderName string `json:"CertificateHolderName,omitempty" maxLength:"100" doc:"Taken for compatibility; the code decides."`
	CertificateType       string `json:"CertificateType,omitempty" maxLength:"100" doc:"证照类型名称; instead of the code."`
	CertificateTypeCode   string `json:"CertificateTypeCode,omitempty" maxLength:"21"`
	CertificateNumber     string `json:"CertificateNumber,omitempty" maxLength:"128" doc:"Narrows to one."`
	UseFor                string `json:"UseFor,omitempty" maxLength:"200" doc:"Taken for compatibility."`
}

// DepartmentVerify is a license as somebody tells of it.
type DepartmentVerify struct {
	DepartmentByHolder
	Surface []struct {
		Name  string `json:"columnName" maxLength:"60" doc:"Name of the field: CZZT, ZZYXQJZRQ, KZ_…"`
		Value string `json:"value" maxLength:"2000"`
	} `json:"surface,omitempty" maxItems:"50" doc:"Values that should stand on it."`
}

// DepartmentFile is a file to verify.
type DepartmentFile struct {
	File []byte `json:"file,omitempty" doc:"OFD, base64."`
}

// DepartmentTypes is the list of types that the application may ask for.
type DepartmentTypes struct {
	DataList []DepartmentType `json:"dataList"`
}

// DepartmentType is a license type.
type DepartmentType struct {
	CertificateType     string `json:"certificateType"`
	CertificateTypeCode string `json:"certificateTypeCode"`
	DefineAuthority     string `json:"certificateDefineAuthorityName"`
	HolderType          string `json:"certificateHolderCategory" enum:"natural,legal,mixed"`
}

// DepartmentList names licenses without what stands on them.
type DepartmentList struct {
	DataList []DepartmentEntry `json:"dataList"`
}

// DepartmentEntry is a license in a list.
type DepartmentEntry struct {
	CertificateID       string `json:"certificateIdentifier"`
	CertificateType     string `json:"certificateType"`
	CertificateTypeCode string `json:"certificateTypeCode"`
	IssueDept           string `json:"issueDept"`
	IssueDeptCode       string `json:"issueDeptCode"`
	IssueDate           string `json:"issueDate"`
	ValidateStart       string `json:"certificateValidateStart"`
	ValidateEnd         string `json:"certificateValidateEnd"`
	State               string `json:"certificateState"`
}

// DepartmentData is what stands on licenses, cut to what matter and registration allow.
type DepartmentData struct {
	DataList []DepartmentLicense `json:"dataList"`
}

// DepartmentFiles are annotated copies.
type DepartmentFiles struct {
	DataList []DepartmentCopy `json:"dataList"`
}

// DepartmentCopy is an annotated copy (加注件) or its picture; an original is never given out.
type DepartmentCopy struct {
	CertificateID string `json:"certificateIdentifier"`
	FileName      string `json:"fileName"`
	MediaType     string `json:"mediaType" enum:"application/ofd,image/svg+xml"`
	Content       []byte `json:"content" doc:"Base64."`
	RecordNo      string `json:"recordNo"`
}

// DepartmentVerdict is the answer of a verification.
type DepartmentVerdict struct {
	Code string `json:"verifyCode" doc:"信息验证: 0 正确且有效, 1 正确且未激活, 2 正确且暂时失效, 3 正确且已失效, 4 信息不全, 5 查无此信息, 6 部分信息有误. 文件验证: 0 通过, 1 文件签章校验失败, 2 文件校验失败."`
	Text string `json:"verifyText"`
}

func registerDepartment(api huma.API, d Deps) {
	describe := func(op, zh, en string) huma.Operation {
		return open(huma.Operation{OperationID: "elssp" + strings.ToUpper(op[:1]) + op[1:], Method: http.MethodPost, Path: departmentPath + op, Tags: []string{tagDepartment}, Summary: zh,
			Description: en + " Signed with SM2; the answer is 200 whatever became of it, and head.status says what did."})
	}
	huma.Register(api, describe("getCertificateType", "证照类型获取", "Types that the application may ask for."), d.departmentTypes)
	huma.Register(api, describe("Retrieval", "电子证照检索", "Which licenses of a type a party of the case has; nothing of what stands on them."), d.departmentRetrieval)
	huma.Register(api, describe("GetCertificateDataByCertificateID", "基于证照标识获取信息", "Metadata and fields of a license."), d.departmentDataByID)
	huma.Register(api, describe("GetCertificateDataByHolder", "基于持证主体代码获取信息", "Metadata and fields of a party's licenses of a type."), d.departmentDataByHolder)
	huma.Register(api, describe("GetCertificateFileByCertificateID", "基于证照标识下载文件", "The annotated copy of a license."), d.departmentFileByID)
	huma.Register(api, describe("GetCertificateFileByHolder", "基于持证主体代码下载文件", "Annotated copies of a party's licenses of a type."), d.departmentFileByHolder)
	huma.Register(api, describe("GetCertificateImageByCertificateID", "基于证照标识获取缩略图", "A picture of the annotated copy; fields that the case does not need are masked."), d.departmentImage)
	huma.Register(api, describe("verifyCertInfo", "证照信息验证", "Whether a license is genuine and in force, and what was told of it right."), d.departmentVerifyInfo)
	big := describe("verifyFile", "证照文件验证", "Whether a license file is genuine and whole.")
	big.MaxBodyBytes = departmentMost
	huma.Register(api, big, d.departmentVerifyFile)
}

// begin finds out whose request it is.
func (in *departmentInput[D]) begin(ctx context.Context, d Deps, op string) (*caller.Call, error) {
	h := in.Body.Head
	e := caller.Elements{OrgName: h.OrgName, Username: h.Username, ItemName: h.ItemName, ItemCode: h.ItemCode, BusinessCode: h.BusinessCode}
	s := feed.Signed{KeyID: in.Key, Time: in.Time, Nonce: in.Nonce, Signature: in.Signature.Signature, Method: http.MethodPost, Path: departmentPath + op, Body: in.RawBody}
	return d.Callers.Begin(ctx, s, scopeFrom(ctx).client, e, h.Case.vouched())
}

func (c *DepartmentCase) vouched() *caller.Vouched {
	if c == nil {
		return nil
	}
	v := &caller.Vouched{Stage: matter.Stage(c.Stage), At: c.OpenedAt, Parties: map[matter.Party]feed.Person{matter.Applicant: feed.Person(c.Applicant)}}
	for party, who := range map[matter.Party]*DepartmentPerson{matter.Representative: c.Representative, matter.Spouse: c.Spouse, matter.Child: c.Child} {
		if who != nil {
			v.Parties[party] = feed.Person(*who)
		}
	}
	return v
}

func (q DepartmentByHolder) query() (caller.Query, error) {
	switch {
	case q.CertificateHolderCode == "":
		return caller.Query{}, errs.New(errs.Invalid, "caller.no-holder")
	case q.CertificateTypeCode == "" && q.CertificateType == "":
		return caller.Query{}, errs.New(errs.Invalid, "caller.element")
	}
	return caller.Query{HolderCode: q.CertificateHolderCode, TypeCode: q.CertificateTypeCode, TypeName: q.CertificateType, Number: q.CertificateNumber}, nil
}

func (d Deps) departmentTypes(ctx context.Context, in *departmentInput[struct{}]) (*departmentOutput[DepartmentTypes], error) {
	return answered(in.lang(), func() (*DepartmentTypes, string, error) {
		c, err := in.begin(ctx, d, "getCertificateType")
		if err != nil {
			return nil, "", err
		}
		types, err := c.Types(ctx)
		out := &DepartmentTypes{DataList: []DepartmentType{}}
		for _, t := range types {
			out.DataList = append(out.DataList, DepartmentType{CertificateType: t.Name, CertificateTypeCode: t.Code, DefineAuthority: t.Definer, HolderType: string(t.HolderKind)})
		}
		return out, "", err
	})
}

func (d Deps) departmentRetrieval(ctx context.Context, in *departmentInput[DepartmentByHolder]) (*departmentOutput[DepartmentList], error) {
	return answered(in.lang(), func() (*DepartmentList, string, error) {
		c, err := in.begin(ctx, d, "Retrieval")
		if err != nil {
			return nil, "", err
		}
		q, err := in.Body.Data.query()
		if err != nil {
			return nil, "", err
		}
		found, err := c.List(ctx, q)
		if err != nil {
			return nil, "", err
		}
		if len(found.Licenses) == 0 {
			return nil, found.RecordNo, errs.New(errs.NotFound, "license.unknown")
		}
		out := &DepartmentList{DataList: []DepartmentEntry{}}
		for _, l := range found.Licenses {
			e, err := d.departmentEntry(ctx, l)
			if err != nil {
				return nil, "", err
			}
			out.DataList = append(out.DataList, e)
		}
		return out, found.RecordNo, nil
	})
}

// one finds the license that a request names by its identifier.
func one(ctx context.Context, c *caller.Call, q DepartmentByID) ([]license.License, error) {
	if q.CertificateID == "" {
		return nil, errs.New(errs.Invalid, "caller.element")
	}
	l, err := c.ByIdentifier(ctx, q.CertificateID)
	return []license.License{l}, err
}

func some(ctx context.Context, c *caller.Call, q DepartmentByHolder) ([]license.License, error) {
	query, err := q.query()
	if err != nil {
		return nil, err
	}
	return c.ByHolder(ctx, query)
}

// departmentReading answers an operation that hands something out: find names the licenses, write puts them down.
func departmentReading[D, R any](ctx context.Context, d Deps, in *departmentInput[D], op string, want access.Want,
	find func(ctx context.Context, c *caller.Call, data D) ([]license.License, error), write func(access.Reading) R,
) ([]R, string, error) {
	c, err := in.begin(ctx, d, op)
	if err != nil {
		return nil, "", err
	}
	licenses, err := find(ctx, c, in.Body.Data)
	if err != nil {
		return nil, "", err
	}
	var out []R
	no := ""
	for _, l := range licenses {
		r, err := c.Read(ctx, l, want)
		if err != nil {
			return nil, "", barred(err, licenses, d.Clock.Now())
		}
		out, no = append(out, write(r)), r.RecordNo
	}
	return out, no, nil
}

func (d Deps) departmentDataByID(ctx context.Context, in *departmentInput[DepartmentByID]) (*departmentOutput[DepartmentData], error) {
	return answered(in.lang(), func() (*DepartmentData, string, error) {
		list, no, err := departmentReading(ctx, d, in, "GetCertificateDataByCertificateID", access.Fields, one, departmentLicense)
		return &DepartmentData{DataList: list}, no, err
	})
}

func (d Deps) departmentDataByHolder(ctx context.Context, in *departmentInput[DepartmentByHolder]) (*departmentOutput[DepartmentData], error) {
	return answered(in.lang(), func() (*DepartmentData, string, error) {
		list, no, err := departmentReading(ctx, d, in, "GetCertificateDataByHolder", access.Fields, some, departmentLicense)
		return &DepartmentData{DataList: list}, no, err
	})
}

func copyOf(media, end string) func(access.Reading) DepartmentCopy {
	return func(r access.Reading) DepartmentCopy {
		return DepartmentCopy{CertificateID: r.License.Identifier, FileName: r.License.Identifier + end, MediaType: media, Content: r.Content, RecordNo: r.RecordNo}
	}
}

func (d Deps) departmentFileByID(ctx context.Context, in *departmentInput[DepartmentByID]) (*departmentOutput[DepartmentFiles], error) {
	return answered(in.lang(), func() (*DepartmentFiles, string, error) {
		list, no, err := departmentReading(ctx, d, in, "GetCertificateFileByCertificateID", access.File, one, copyOf("application/ofd", ".ofd"))
		return &DepartmentFiles{DataList: list}, no, err
	})
}

func (d Deps) departmentFileByHolder(ctx context.Context, in *departmentInput[DepartmentByHolder]) (*departmentOutput[DepartmentFiles], error) {
	return answered(in.lang(), func() (*DepartmentFiles, string, error) {
		list, no, err := departmentReading(ctx, d, in, "GetCertificateFileByHolder", access.File, some, copyOf("application/ofd", ".ofd"))
		return &DepartmentFiles{DataList: list}, no, err
	})
}

func (d Deps) departmentImage(ctx context.Context, in *departmentInput[DepartmentByID]) (*departmentOutput[DepartmentFiles], error) {
	return answered(in.lang(), func() (*DepartmentFiles, string, error) {
		list, no, err := departmentReading(ctx, d, in, "GetCertificateImageByCertificateID", access.Picture, one, copyOf("image/svg+xml", ".svg"))
		return &DepartmentFiles{DataList: list}, no, err
	})
}

func (d Deps) departmentVerifyInfo(ctx context.Context, in *departmentInput[DepartmentVerify]) (*departmentOutput[DepartmentVerdict], error) {
	return answered(in.lang(), func() (*DepartmentVerdict, string, error) {
		c, err := in.begin(ctx, d, "verifyCertInfo")
		if err != nil {
			return nil, "", err
		}
		q, err := in.Body.Data.query()
		if err != nil {
			return nil, "", err
		}
		if q.Number == "" {
			return nil, "", errs.New(errs.Invalid, "caller.no-number")
		}
		told := map[string]string{}
		for _, f := range in.Body.Data.Surface {
			told[f.Name] = f.Value
		}
		if name := in.Body.Data.CertificateHolderName; name != "" {
			told["CZZT"] = name
		}
		v, err := c.Verify(ctx, q, told)
		if err != nil {
			return nil, "", err
		}
		return &DepartmentVerdict{Code: itoa(v.Code), Text: infoVerdicts[v.Code][in.lang()]}, v.RecordNo, nil
	})
}

func (d Deps) departmentVerifyFile(ctx context.Context, in *departmentInput[DepartmentFile]) (*departmentOutput[DepartmentVerdict], error) {
	return answered(in.lang(), func() (*DepartmentVerdict, string, error) {
		c, err := in.begin(ctx, d, "verifyFile")
		if err != nil {
			return nil, "", err
		}
		if len(in.Body.Data.File) == 0 {
			return nil, "", errs.New(errs.Invalid, "caller.element")
		}
		code, no, err := c.File(ctx, in.Body.Data.File, func() string { return fileCode(d.VerifyFile(in.Body.Data.File, nil)) })
		if err != nil {
			return nil, "", err
		}
		return &DepartmentVerdict{Code: code, Text: fileVerdicts[code][in.lang()]}, no, nil
	})
}

// infoVerdicts and fileVerdicts are the answers of GB/T 36906 in words.
var (
	infoVerdicts = map[int]map[string]string{
		0: {"zh": "正确且有效", "en": "right and valid"}, 1: {"zh": "正确且未激活", "en": "right and not yet in force"}, 2: {"zh": "正确且暂时失效", "en": "right and suspended"},
		3: {"zh": "正确且已失效", "en": "right and ended"}, 4: {"zh": "信息不全，无法验证", "en": "not enough to verify"}, 5: {"zh": "查无此信息", "en": "not found"},
		6: {"zh": "部分信息有误", "en": "partly wrong"},
	}
	fileVerdicts = map[string]map[string]string{
		"0": {"zh": "通过", "en": "genuine"}, "1": {"zh": "文件签章校验失败", "en": "a seal does not hold"}, "2": {"zh": "文件校验失败", "en": "damaged, or no file of ours"},
	}
)

// fileCode is the answer of GB/T 36906 to a file: 0 genuine and whole, 1 a seal does not hold, 2 damaged or none of ours.
func fileCode(r verify.Report) string {
	if r.Verdict == verify.Valid {
		return "0"
	}
	for _, c := range r.Causes {
		switch c.Code {
		case verify.FormatOFD, verify.NoSeal, verify.RefMissing, verify.RefDigest, verify.CoverageGap:
			return "2"
		default:
		}
	}
	return "1"
}

func (d Deps) departmentEntry(ctx context.Context, l license.License) (DepartmentEntry, error) {
	e := DepartmentEntry{CertificateID: l.Identifier, CertificateTypeCode: l.TypeCode, IssueDeptCode: l.IssuerID, IssueDate: compact(date(l.IssuedOn)),
		ValidateStart: compact(date(l.ValidFrom)), ValidateEnd: compact(lastDay(l.ValidTo)), State: string(l.State(d.Clock.Now()))}
	var err error
	if e.IssueDept, err = d.UnitName(ctx, l.IssuerID); err != nil {
		return DepartmentEntry{}, err
	}
	var t *catalog.Type
	if t, err = d.typeVersion(ctx, l); err != nil {
		return DepartmentEntry{}, err
	}
	e.CertificateType = t.Name
	return e, nil
}
