"""Writes an issuer's certificate, a server's certificate for 127.0.0.1 with its key, and another issuer's certificate."""

import datetime
import ipaddress
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

folder = pathlib.Path(sys.argv[1])
now = datetime.datetime.now(datetime.timezone.utc)


def certificate(name, key, issuer_name, issuer_key, *extensions):
    def named(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def issuer(name):
    key = ec.generate_private_key(ec.SECP256R1())
    authority = (x509.BasicConstraints(ca=True, path_length=0), True)
    return key, certificate(name, key, name, key, authority)


issuer_key, issuer_pem = issuer("test issuer")
_, other_pem = issuer("another issuer")
server_key = ec.generate_private_key(ec.SECP256R1())
address = (x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
leaf = (x509.BasicConstraints(ca=False, path_length=None), True)
server_pem = certificate("test keystone", server_key, "test issuer", issuer_key, address, leaf)

(folder / "issuer.pem").write_bytes(issuer_pem)
(folder / "other-issuer.pem").write_bytes(other_pem)
(folder / "server.pem").write_bytes(server_pem)
(folder / "server.key").write_bytes(
    server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
)
