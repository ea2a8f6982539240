import Testing
import VAE
