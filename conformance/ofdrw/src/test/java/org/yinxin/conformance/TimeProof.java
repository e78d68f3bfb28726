package org.yinxin.conformance;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampToken;

/** Proves a time stamp (RFC 3161, GB/T 20520) with BouncyCastle alone. */
final class TimeProof {
    private TimeProof() {}

    /** The token must be of a time stamping authority and over the SM3 digest of the signature. */
    static void check(byte[] token, byte[] signature) throws GeneralSecurityException, IOException {
        try {
            TimeStampToken stamp = new TimeStampToken(new CMSSignedData(token));
            Mismatch.unless(
                    GMObjectIdentifiers.sm3.equals(stamp.getTimeStampInfo().getMessageImprintAlgOID()),
                    "the time stamp is not over SM3");
            Mismatch.unless(
                    Arrays.equals(
                            stamp.getTimeStampInfo().getMessageImprintDigest(),
                            MessageDigest.getInstance("SM3", TestKeys.BC).digest(signature)),
                    "the time stamp is over something else");
            X509CertificateHolder authority =
                    stamp.toCMSSignedData().getCertificates().getMatches(null).iterator().next();
            // validate also holds the certificate to its purpose and to the time stamped.
            stamp.validate(new JcaSimpleSignerInfoVerifierBuilder().setProvider(TestKeys.BC).build(authority));
        } catch (CMSException | TSPException | OperatorCreationException e) {
            throw new Mismatch("time stamp: " + e.getMessage());
        }
    }
}
