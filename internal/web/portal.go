package web

import "net/http"

func (s *Site) portal(w http.ResponseWriter, r *http.Request) {
	s.render(w, http.StatusOK, "portal", s.open(w, r))
}

// stateRow explains one state on the help page.
type stateRow struct {
	State   State
	Meaning Text
}

// stateTable lists the states in their fixed order with what they mean for whoever relies on a license.
var stateTable = []stateRow{
	{State{"making", Text{"制证中", "In making"}}, Text{"还没有签章和发布，不能使用。", "Not yet sealed and published; not usable."}},
	{State{"notYet", Text{"未生效", "Not yet in force"}}, Text{"有效期还没有开始。", "Its period has not begun."}},
	{State{"valid", Text{"有效", "In force"}}, Text{"可以使用。", "Usable."}},
	{State{"pledged", Text{"质押", "Pledged"}}, Text{"可以使用，但不能用于处分质押的权利。", "Usable, but not to dispose of the pledged right."}},
	{State{"disputed", Text{"争议中", "Disputed"}}, Text{"可以使用；有人对内容提出了异议，签发单位正在核实。", "Usable; someone disputes its content and the issuer is looking into it."}},
	{State{"lost", Text{"挂失", "Reported lost"}}, Text{"持证人已挂失，暂时不能使用。", "Reported lost by its holder; not usable for now."}},
	{State{"suspended", Text{"挂起", "Suspended"}}, Text{"签发单位已暂停它的使用。", "Suspended by its issuer."}},
	{State{"inspectionOverdue", Text{"年检逾期", "Inspection overdue"}}, Text{"没有按期年检，暂时不能使用。", "The yearly inspection is overdue; not usable for now."}},
	{State{"superseded", Text{"历史版本", "Earlier version"}}, Text{"已有新的版本，请使用新的版本。", "A newer version has replaced it."}},
	{State{"expired", Text{"已过期", "Expired"}}, Text{"有效期已经结束。", "Its period is over."}},
	{State{"cancelled", Text{"已注销", "Cancelled"}}, Text{"已经注销。", "Cancelled."}},
	{State{"revoked", Text{"已撤销", "Withdrawn"}}, Text{"发证的决定已被撤销。", "The decision to issue it was withdrawn."}},
	{State{"penalty", Text{"已吊销", "Revoked"}}, Text{"因违法被吊销。", "Revoked as a penalty."}},
	{State{"abolished", Text{"已废止", "Abolished"}}, Text{"签发有误，或这种证照已经取消。", "Issued by mistake, or the type was abolished."}},
}

func (s *Site) help(w http.ResponseWriter, r *http.Request) {
	p := s.open(w, r)
	p.Data = stateTable
	s.render(w, http.StatusOK, "help", p)
}
