package org.yinxin.conformance;

import static org.yinxin.conformance.OfdPackage.all;
import static org.yinxin.conformance.OfdPackage.one;
import static org.yinxin.conformance.OfdPackage.resolve;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.w3c.dom.Element;

/**
 * The electronic signatures of a package checked with BouncyCastle alone, field by field of
 * GB/T 38540-2020. ofdrw's own validator leaves out the seal maker's signature, the list of signers in
 * the seal, the periods, the coverage of files and a removed last signature: all that is checked here.
 */
final class SealProof {
    private static final BouncyCastleProvider BC = new BouncyCastleProvider();
    private static final String SM3 = "1.2.156.10197.1.401";
    private static final String SM2_SM3 = "1.2.156.10197.1.501";

    private final OfdPackage pack;
    private final String list;

    private SealProof(OfdPackage pack, String list) {
        this.pack = pack;
        this.list = list;
    }

    /** Checks every signature and the closing of the list; returns the number of seals. */
    static int check(OfdPackage pack, int declared) throws GeneralSecurityException, IOException, ParseException {
        Element root = pack.xml("/OFD.xml");
        String list = resolve("/OFD.xml", one(root, "Signatures").getTextContent().trim());
        SealProof proof = new SealProof(pack, list);
        List<Element> signatures = all(pack.xml(list), "Signature");
        Set<String> covered = new HashSet<>();
        for (Element signature : signatures) {
            covered = proof.checkOne(resolve(list, signature.getAttribute("BaseLoc")));
        }
        Mismatch.unless(signatures.size() == declared, signatures.size() + " seals, " + declared + " declared");
        Mismatch.unless(covered.contains(list), "the last signature does not close the list");
        return signatures.size();
    }

    /** Checks the signature described by one Signature.xml; returns the files it protects. */
    private Set<String> checkOne(String name) throws GeneralSecurityException, IOException, ParseException {
        Element root = pack.xml(name);
        String valueName = resolve(name, one(root, "SignedValue").getTextContent().trim());
        Set<String> covered = references(root);
        covered(name, valueName, covered);

        byte[] der = pack.get(valueName);
        ASN1Sequence value = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(der));
        Mismatch.unless(Arrays.equals(value.getEncoded("DER"), der), "SignedValue.dat is not DER");
        ASN1Sequence toSign = seq(value, 0);
        Mismatch.unless(integer(toSign, 0) == 4, "signature version is not 4");
        Mismatch.unless(
                Arrays.equals(bits(toSign, 3), sm3(pack.get(name))), "dataHash is not SM3 of " + name);
        Mismatch.unless(
                DERIA5String.getInstance(toSign.getObjectAt(4)).getString().equals(name),
                "propertyInfo does not name " + name);
        X509Certificate signer = cert(value, 1);
        verify(signer, value.getObjectAt(2), toSign, bits(value, 3), "signature value");
        if (value.size() > 4) {
            byte[] token = DERBitString.getInstance(ASN1TaggedObject.getInstance(value.getObjectAt(4)).getObject()).getOctets();
            TimeProof.check(token, bits(value, 3));
        }

        ASN1Sequence seal = seq(toSign, 1);
        String sealName = resolve(name, one(one(root, "Seal"), "BaseLoc").getTextContent().trim());
        Mismatch.unless(
                Arrays.equals(seal.getEncoded("DER"), pack.get(sealName)), "Seal.esl is not the seal signed with");
        checkSeal(seal, signer, ASN1GeneralizedTime.getInstance(toSign.getObjectAt(2)).getDate());
        return covered;
    }

    /** SESeal: maker's signature over its information, the signer in its list, its period. */
    private static void checkSeal(ASN1Sequence seal, X509Certificate signer, Date at)
            throws GeneralSecurityException, IOException, ParseException {
        ASN1Sequence info = seq(seal, 0);
        verify(cert(seal, 1), seal.getObjectAt(2), info, bits(seal, 3), "seal maker's signature");
        cert(seal, 1).checkValidity(at);
        signer.checkValidity(at);
        Mismatch.unless(integer(seq(info, 0), 1) == 4, "seal version is not 4");

        ASN1Sequence property = seq(info, 2);
        Date from = ASN1GeneralizedTime.getInstance(property.getObjectAt(5)).getDate();
        Date to = ASN1GeneralizedTime.getInstance(property.getObjectAt(6)).getDate();
        Mismatch.unless(!at.before(from) && !at.after(to), "sealed outside the seal's period");
        Mismatch.unless(
                listed(seq(property, 3), integer(property, 2), signer.getEncoded()),
                "the signer's certificate is not in the seal's list");
    }

    private static boolean listed(ASN1Sequence list, int type, byte[] signer) throws GeneralSecurityException {
        for (ASN1Encodable item : list) {
            byte[] entry = type == 1
                    ? ASN1OctetString.getInstance(item).getOctets()
                    : ASN1OctetString.getInstance(ASN1Sequence.getInstance(item).getObjectAt(1)).getOctets();
            if (Arrays.equals(entry, type == 1 ? signer : sm3(signer))) {
                return true;
            }
        }
        return false;
    }

    /** Checks the digest of every protected file and returns their names. */
    private Set<String> references(Element root) throws GeneralSecurityException {
        Element references = one(root, "References");
        Mismatch.unless(SM3.equals(references.getAttribute("CheckMethod")), "digests are not SM3");
        Mismatch.unless(SM2_SM3.equals(one(root, "SignatureMethod").getTextContent().trim()), "not SM2 with SM3");
        Set<String> covered = new HashSet<>();
        for (Element reference : all(references, "Reference")) {
            String file = reference.getAttribute("FileRef");
            byte[] want = Base64.getDecoder().decode(one(reference, "CheckValue").getTextContent().trim());
            Mismatch.unless(Arrays.equals(want, sm3(pack.get(file))), "digest differs: " + file);
            covered.add(file);
        }
        return covered;
    }

    /** Every file must be protected, but for the list, this signature's own two files and later signatures. */
    private void covered(String name, String valueName, Set<String> covered) {
        String own = name.substring(0, name.lastIndexOf('/'));
        String signs = own.substring(0, own.lastIndexOf('/') + 1);
        for (String file : pack.names()) {
            boolean later = file.startsWith(signs + "Sign_") && number(file, signs) > number(name, signs);
            boolean exempt = file.equals(list) || file.equals(name) || file.equals(valueName) || later;
            Mismatch.unless(exempt || covered.contains(file), "not protected: " + file);
        }
    }

    private static int number(String file, String signs) {
        String rest = file.substring(signs.length() + "Sign_".length());
        return Integer.parseInt(rest.substring(0, rest.indexOf('/')));
    }

    private static void verify(X509Certificate cert, ASN1Encodable alg, ASN1Sequence signed, byte[] value, String what)
            throws GeneralSecurityException, IOException {
        Mismatch.unless(SM2_SM3.equals(ASN1ObjectIdentifier.getInstance(alg).getId()), what + ": not SM2 with SM3");
        Signature verifier = Signature.getInstance("SM3withSM2", BC);
        verifier.initVerify(cert.getPublicKey());
        verifier.update(signed.getEncoded("DER"));
        Mismatch.unless(verifier.verify(value), what + " does not verify");
    }

    private static X509Certificate cert(ASN1Sequence in, int i) throws GeneralSecurityException {
        byte[] der = ASN1OctetString.getInstance(in.getObjectAt(i)).getOctets();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509", BC).generateCertificate(new ByteArrayInputStream(der));
    }

    private static ASN1Sequence seq(ASN1Sequence in, int i) {
        return ASN1Sequence.getInstance(in.getObjectAt(i));
    }

    private static int integer(ASN1Sequence in, int i) {
        return ASN1Integer.getInstance(in.getObjectAt(i)).intValueExact();
    }

    private static byte[] bits(ASN1Sequence in, int i) {
        return DERBitString.getInstance(in.getObjectAt(i)).getOctets();
    }

    private static byte[] sm3(byte[] data) throws GeneralSecurityException {
        return MessageDigest.getInstance("SM3", BC).digest(data);
    }
}
