package errs

// retentionMessages are the words about records that leave by rule, and about legal holds.
var retentionMessages = messages{
	"hold.invalid": {"请写明留置的对象（持证主体、办件编号或月份）、经办人和依据文号；到期时间不能早于现在。", "Say what is held (a holder, a case number or a month), by whom and on which document; it cannot end before now."},
	"hold.unknown": {"没有这个留置，或它已经解除。", "There is no such hold, or it has been lifted."},
}
