key_provider "pbkdf2" "test" {
  passphrase = "long enough, and of this test alone"
  iterations = 200000
}

method "aes_gcm" "test" {
  keys = key_provider.pbkdf2.test
}

state {
  method = method.aes_gcm.test
}

plan {
  method = method.aes_gcm.test
}
